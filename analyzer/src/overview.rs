//! The cluster as a report draws it beside the findings: routes, load, database servers.

mod databases;
mod load;
mod routes;
mod state;

use tarbox_model::Context;
use tarbox_model::overview::{Overview, Shown};

/// Most routes drawn; the troubled ones come first.
const ROUTES: usize = 200;
/// Most containers, nodes and volumes drawn, each; the hardest pressed come first.
const LOADS: usize = 60;

/// Everything that is drawn.
pub(crate) fn overview(context: &Context<'_>) -> Overview {
    Overview {
        routes: Shown::first(routes::routes(context), ROUTES),
        containers: Shown::first(load::containers(context), LOADS),
        nodes: Shown::first(load::nodes(context), LOADS),
        volumes: Shown::first(load::volumes(context), LOADS),
        databases: databases::servers(context.snapshot),
    }
}
