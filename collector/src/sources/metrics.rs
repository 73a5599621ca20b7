//! Metrics: what nodes and pods use right now, as metrics.k8s.io says.
use super::{Right, Source, Switch, objects};
use crate::{discovery::Resource, outcome::Ended, run::Run};
use std::sync::Arc;
use tarbox_bundle::EntryPath;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "metrics",
    what: "CPU and memory in use by nodes and pods, from the metrics server; read at the start and again over the run, after 15 seconds, 30, 60 and so on, and at its end. \
           A cluster without one has the outcome `absent`.",
    calls: &["GET /apis/metrics.k8s.io/v1beta1/nodes?limit=500", "GET /apis/metrics.k8s.io/v1beta1/pods?limit=500"],
    rights: &[Right { groups: &["metrics.k8s.io"], resources: &["nodes", "pods"], urls: &[], verbs: &["list"] }],
    place: &["metrics/nodes.ndjson", "metrics/pods.ndjson", "metrics/nodes.<n>.ndjson", "metrics/pods.<n>.ndjson"],
    limits: "8 readings. A run that would be over before a second reading waits for it, until `--observe` (15 s) have passed since the first; `--observe 0s` does not wait.",
    switch: Switch::Always,
    grant: None,
};

/// Whether this resource is one of the metrics API.
pub(crate) fn is_metrics(resource: &Resource) -> bool {
    resource.group == "metrics.k8s.io"
}

/// Takes one reading; tells whether there was anything to read.
pub(crate) async fn sample(run: &Arc<Run>, resources: &[Resource], number: u32) -> bool {
    let (mut found, mut read) = (false, false);
    for resource in resources.iter().filter(|resource| is_metrics(resource) && matches!(resource.name.as_str(), "nodes" | "pods")) {
        found = true;
        let name = resource.name.clone();
        let mut writer = run.sink.lines(resource, move |part| EntryPath::metrics(&file_name(&name, number, part)));
        let end = objects::list_scopes(run, resource, &mut |object| writer.push(object)).await;
        let written = writer.finish();
        read |= written.items > 0;
        let id = super::reading(&format!("{}/{}", SOURCE.id, resource.name), number);
        let (ended, detail) =
            end.failure.as_ref().map_or((Ended::Collected, String::new()), |failure| (Ended::from(failure), failure.to_string()));
        run.outcome(SOURCE.id, &id, ended, written.items, written.bytes, &detail);
    }
    if !found && number == 0 {
        let why = run
            .discovery_gap("metrics.k8s.io")
            .unwrap_or_else(|| "the cluster does not offer metrics.k8s.io (no metrics server)".to_owned());
        run.outcome(SOURCE.id, SOURCE.id, Ended::Absent, 0, 0, &why);
    }
    read
}

/// `pods.ndjson`, `pods.1.ndjson` for the second reading, `pods.part-1.ndjson` for the rest of a very large one.
fn file_name(resource: &str, number: u32, part: Option<u32>) -> String {
    let number = if number == 0 { String::new() } else { format!(".{number}") };
    let part = part.map(|part| format!(".part-{part}")).unwrap_or_default();
    format!("{resource}{number}{part}.ndjson")
}
