//! What monitors may select: Services, and pods; and which of them one probably means.

use tarbox_model::object::{Custom, Kind, Object};
use tarbox_model::selector::{LabelSelector, Labels};
use tarbox_model::{Snapshot, similarity};

use super::monitors::namespaces;

/// Something that a monitor may select: a Service, or a pod.
pub(super) struct Target<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its labels.
    pub(super) labels: &'a Labels,
    /// Names of its ports.
    pub(super) ports: Vec<&'a str>,
}

/// Whatever is where the monitor looks; `None` when not all of it is known.
pub(super) fn targets<'a>(snapshot: &'a Snapshot, monitor: &Custom) -> Option<Vec<Target<'a>>> {
    let (of_pods, looked) = (&*monitor.kind == "PodMonitor", namespaces(monitor));
    let asked = &snapshot.facts.namespaces;
    let known = asked.is_empty() || looked.as_ref().is_some_and(|all| all.iter().all(|n| asked.iter().any(|a| a == n)));
    if !known || !snapshot.coverage.is_complete(if of_pods { "pods" } else { "services" }) {
        return None;
    }
    let services = within(&snapshot.services, looked.as_deref()).filter(|_| !of_pods);
    let services = services.map(|s| Target {
        name: &s.metadata.name,
        labels: &s.metadata.labels,
        ports: s.spec.ports.iter().map(|p| p.name.as_str()).collect(),
    });
    let pods = within(&snapshot.pods, looked.as_deref()).filter(|p| of_pods && p.is_active());
    let pods = pods.map(|p| Target {
        name: &p.metadata.name,
        labels: &p.metadata.labels,
        ports: p.containers().flat_map(|v| &v.spec.ports).map(|c| c.name.as_str()).collect(),
    });
    Some(services.chain(pods).collect())
}

/// Objects of some namespaces, or of all.
fn within<'a, 'n, T: Kind>(
    list: &'a [Object<T>],
    namespaces: Option<&'n [&'n str]>,
) -> impl Iterator<Item = &'a Object<T>> + use<'a, 'n, T> {
    let all = namespaces.is_none().then_some(list);
    all.into_iter().chain(namespaces.unwrap_or_default().iter().map(move |n| Snapshot::in_namespace(list, n))).flatten()
}

/// The target that is probably meant: one whose labels differ least.
pub(super) fn nearest<'a, 'b>(wanted: &LabelSelector, all: &'b [Target<'a>]) -> Option<&'b Target<'a>> {
    let score = |t: &Target<'_>| {
        let of = |(key, value): (&String, &String)| match t.labels.get(key) {
            Some(found) if found == value => 3,
            Some(found) => usize::from(similarity::nearest(value, [found.as_str()]).is_some()) * 2,
            None => usize::from(t.labels.values().any(|v| v == value)) * 2,
        };
        wanted.match_labels.iter().map(of).sum::<usize>()
    };
    let best = all.iter().map(|t| (score(t), t)).filter(|(s, _)| *s >= 2);
    best.reduce(|a, b| if b.0 > a.0 { b } else { a }).map(|(_, t)| t)
}

/// The label of a target that has a wanted value under another key.
fn elsewhere<'a>(value: &str, labels: &'a Labels) -> Option<&'a str> {
    labels.iter().find(|(_, v)| *v == value).map(|(k, _)| k.as_str())
}

/// The pairs that do not match, in words.
pub(super) fn differences(wanted: &LabelSelector, labels: &Labels) -> String {
    let differing = wanted.match_labels.iter().filter(|(k, v)| labels.get(k) != Some(v));
    let words = differing.map(|(key, value)| match (labels.get(key), elsewhere(value, labels)) {
        (Some(found), _) => format!("`{key}` is `{found}`, not `{value}`"),
        (None, Some(found)) => format!("`{value}` stands under `{found}`, not `{key}`"),
        (None, None) => format!("no label `{key}`"),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The pairs of a merge patch that let a selector match, unless it would then select everything.
pub(super) fn patch(wanted: &LabelSelector, labels: &Labels) -> Option<String> {
    let pairs = wanted.match_labels.iter().map(|(key, value)| match (labels.get(key), elsewhere(value, labels)) {
        (Some(found), _) => Some(format!("\"{key}\":\"{found}\"")),
        (None, Some(found)) => Some(format!("\"{key}\":null,\"{found}\":\"{value}\"")),
        (None, None) => None,
    });
    pairs.collect::<Option<Vec<_>>>().map(|pairs| pairs.join(","))
}
