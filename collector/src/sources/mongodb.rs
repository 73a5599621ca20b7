//! MongoDB: what the database says of itself. Only when asked for.
use super::{Right, Source, Switch};
use crate::{gateway::Failure, options::Mongodb, outcome::Ended, run::Run};
use commands::Asking;
use std::sync::Arc;

pub(crate) use find::Databases;

mod commands;
mod connect;
mod find;
mod shape;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "mongodb",
    what: "What MongoDB (or what speaks like it) says of itself: hello, buildInfo, hostInfo, serverStatus, replSetGetStatus, replSetGetConfig, getCmdLineOpts, getParameter, connPoolStats, connectionStatus, \
           currentOp, getLog, listDatabases, and for each database dbStats, its profiled operations, and for each collection collStats, listIndexes and $indexStats. Of operations only the shape stays, no values. \
           `auto` finds the pods by image, port and label, forwards a port, and logs in as the application does (with a URI from a Secret whose host leads to that pod); a URI names host and login by itself.",
    calls: &[
        "GET /api/v1/namespaces/<ns>/pods/<pod>/portforward?ports=<port> (as a websocket)",
        "the commands above, none of which writes",
    ],
    rights: &[Right { groups: &[""], resources: &["pods/portforward"], urls: &[], verbs: &["get", "create"] }],
    place: &["mongodb/<namespace>/<pod>/<command>.json", "mongodb/<namespace>/<pod>/databases.json", "mongodb/<namespace>/<pod>/log.txt"],
    limits: "10 instances; 50 databases, 300 collections, 50 profiled operations of a database. A command that the server does not know or does not allow is an outcome. \
             mongodb+srv is not looked up: give the URI with its hosts.",
    switch: Switch::On("--mongodb auto|URI"),
    grant: Some("--mongodb"),
};

/// Instances of one run.
const INSTANCES: usize = 10;

/// Asks them, one after the other: a database in trouble must not be asked from all sides.
pub(crate) async fn collect(run: &Arc<Run>) {
    if matches!(run.options.mongodb, Mongodb::Off) {
        return;
    }
    let (instances, more) = run.databases().plan(&run.options.mongodb, INSTANCES);
    if instances.is_empty() {
        let what = "no pod was found that looks like MongoDB by image, port or label";
        return run.outcome(SOURCE.id, SOURCE.id, Ended::Absent, 0, 0, what);
    }
    let (mut items, mut bytes, mut answered) = (0, 0, 0);
    for instance in &instances {
        let id = format!("{}/{}/{}", SOURCE.id, instance.namespace, instance.name);
        if let Some(reason) = run.gateway.stop().reason() {
            run.outcome(SOURCE.id, &id, Ended::from(&Failure::Stopped(reason)), 0, 0, &reason.to_string());
            continue;
        }
        match connect::connect(run, instance).await {
            Ok(connection) => {
                let mut asking = Asking::new(run, instance, &connection);
                asking.everything().await;
                items += asking.files;
                bytes += asking.bytes;
                answered += 1;
                connection.close().await;
            }
            Err(trouble) => run.outcome(SOURCE.id, &id, trouble.ended, 0, 0, &trouble.why),
        }
    }
    let detail = if more > 0 {
        format!("{more} more instances were not asked")
    } else {
        format!("{answered} of {} instances answered", instances.len())
    };
    let ended = if more > 0 { Ended::Limited } else { Ended::Collected };
    run.outcome(SOURCE.id, SOURCE.id, ended, items, bytes, &detail);
}
