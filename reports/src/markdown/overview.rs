//! The cluster at the bundle's time in Markdown, folded: the routes that root causes touch, and what is nearly used up.
//! A post-mortem wants no more; `report.json` has all of it.

use std::collections::BTreeSet;

use tarbox_model::overview::{Gauge, Health, Route, Site};
use tarbox_model::{Analysis, ObjectRef, quantity};

use super::escape::{code, prose};
use super::{Page, object};
use crate::words;

/// Routes told, and sites of one kind on a route.
const ROUTES: usize = 6;
const SITES: usize = 3;
/// Lines about usage.
const LOADS: usize = 10;
/// Share of what is allowed from which usage is told, and share of time held back.
const PRESSED: f64 = 0.75;
const THROTTLED: f64 = 0.25;

/// The section; nothing where there is nothing to tell.
pub(super) fn section(out: &mut Page, analysis: &Analysis) {
    let concerned = concerned(analysis);
    let routes: Vec<_> =
        analysis.overview.routes.items.iter().filter(|route| sites(route).any(|s| concerned.contains(&s.object))).collect();
    let loads = pressed(analysis);
    if !routes.is_empty() {
        out.paragraph("## Topology");
        out.folded(format_args!("{} that the root causes touch", words::counted(routes.len() as u64, "route")), |out| {
            for route in routes.iter().take(ROUTES) {
                out.line(format_args!("- {}", line(route)));
            }
            out.end_list();
            out.left_out(routes.len(), ROUTES, "route");
        });
    }
    if !loads.is_empty() {
        out.paragraph("## Resources");
        out.folded(format_args!("{} near the limit", words::counted(loads.len() as u64, "place")), |out| {
            for load in loads.iter().take(LOADS) {
                out.line(format_args!("- {load}"));
            }
            out.end_list();
            out.left_out(loads.len(), LOADS, "place");
        });
    }
}

/// Objects that root causes and what follows from them are about.
fn concerned(analysis: &Analysis) -> BTreeSet<&ObjectRef> {
    let consequences = analysis.root_causes().flat_map(|root| root.explains.iter().filter_map(|&i| analysis.findings.get(i)));
    let findings = analysis.root_causes().chain(consequences).map(|it| &it.finding);
    findings.flat_map(|f| [Some(&f.subject), f.workload.as_ref(), f.cause.as_ref()]).flatten().collect()
}

fn sites(route: &Route) -> impl Iterator<Item = &Site> {
    // A node is on very many routes, and tells nothing of one.
    route.ingresses.iter().chain(&route.services).chain(&route.workload).chain(&route.pods.items)
}

/// `Service … (0 of 2 pods ready) → Deployment … → …`
fn line(route: &Route) -> String {
    let hops = [
        (&route.ingresses[..], 0),
        (&route.services[..], 0),
        (route.workload.as_slice(), 0),
        (&route.pods.items[..], route.pods.left_out),
        (&route.nodes[..], 0),
    ];
    let hops = hops.into_iter().filter(|(sites, _)| !sites.is_empty()).map(|(sites, left_out)| {
        let more = sites.len().saturating_sub(SITES) + left_out;
        let mut told: Vec<String> = sites.iter().take(SITES).map(site).collect();
        if more > 0 {
            told.push(format!("{more} more"));
        }
        told.join(", ")
    });
    hops.collect::<Vec<_>>().join(" → ")
}

fn site(it: &Site) -> String {
    let state = if it.state.is_empty() { String::new() } else { format!(" ({})", prose(&it.state)) };
    if matches!(it.health, Health::Bad | Health::Partial) {
        format!("**{}**{state}", object(&it.object))
    } else {
        format!("{}{state}", object(&it.object))
    }
}

/// What is nearly used up, the hardest pressed first, each kind of thing apart.
fn pressed(analysis: &Analysis) -> Vec<String> {
    let it = &analysis.overview;
    let mut lines = Vec::new();
    let mut tell = |name: String, gauges: &[(&str, &Gauge, Spell)], held_back: Option<f64>| {
        let mut parts: Vec<String> = gauges.iter().filter_map(|(what, gauge, spell)| usage(what, gauge, *spell)).collect();
        parts.extend(
            held_back.filter(|share| *share >= THROTTLED).map(|share| format!("held back in {} % of CPU periods", words::percent(share))),
        );
        if !parts.is_empty() {
            lines.push(format!("{name}: {}", parts.join(", ")));
        }
    };
    for load in &it.nodes.items {
        let gauges: [(&str, &Gauge, Spell); 3] =
            [("CPU", &load.cpu, quantity::cores), ("memory", &load.memory, quantity::bytes), ("disk", &load.disk, quantity::bytes)];
        tell(object(&load.node), &gauges, None);
    }
    for load in &it.containers.items {
        let gauges: [(&str, &Gauge, Spell); 2] = [("CPU", &load.cpu, quantity::cores), ("memory", &load.memory, quantity::bytes)];
        tell(format!("container {} of {}", code(&load.container), object(&load.pod)), &gauges, load.throttled);
    }
    for load in &it.volumes.items {
        let name = format!("volume {} of {}", code(&load.volume), object(&load.pod));
        tell(name, &[("used", &load.bytes, quantity::bytes)], None);
    }
    lines
}

/// How a number is spelled.
type Spell = fn(f64) -> String;

fn usage(what: &str, gauge: &Gauge, spell: Spell) -> Option<String> {
    let (used, limit, share) = (gauge.used()?, gauge.limit?, gauge.share().filter(|share| *share >= PRESSED)?);
    Some(format!("{what} {:.0} % ({} of {})", share * 100.0, spell(used), spell(limit)))
}
