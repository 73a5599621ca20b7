//! What an ingress controller says of an object in its log.

use std::collections::BTreeSet;

use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::{Context, ObjectRef};

/// Seconds after which a line of the controller's log is of the past: it repeats itself at every change.
const FRESH: i64 = 3600;

/// Lines of a signature whose field names an object (`namespace/name`).
pub(super) fn told<'a>(context: &Context<'a>, signature: &str, field: &str, object: &ObjectRef) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let name = format!("{}/{}", object.namespace, object.name);
    let all = context.snapshot.logs.iter().flat_map(|log| log.hits.iter().map(move |hit| (log, hit)));
    let mine = all.filter(|(_, h)| h.signature == signature && h.field(field) == Some(name.as_str()));
    let mut fresh = mine.filter(|(_, h)| context.snapshot.age_seconds(h.last.time).is_none_or(|age| age < FRESH));
    fresh.next_back()
}

/// What a signature says of objects of one kind, where the bundle has no Ingress that could be looked at: the controller's
/// word is all there is then. The newest line of each object that `missing` finds is not there.
pub(super) fn alone<'a>(
    context: &Context<'a>,
    signature: &str,
    field: &str,
    kind: &str,
    missing: impl Fn(&ObjectRef) -> bool,
) -> Vec<(ObjectRef, &'a ContainerLog, &'a LogHit)> {
    if context.snapshot.coverage.has("ingresses") {
        return Vec::new();
    }
    let hits = context.snapshot.logs.iter().flat_map(|log| log.hits.iter().filter(|h| h.signature == signature));
    let named: BTreeSet<&str> = hits.filter_map(|h| h.field(field)).collect();
    let objects = named.into_iter().filter_map(|n| n.split_once('/')).map(|(namespace, name)| ObjectRef::new(kind, namespace, name));
    objects.filter(missing).filter_map(|o| told(context, signature, field, &o).map(|(log, hit)| (o, log, hit))).collect()
}
