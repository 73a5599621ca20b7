//! What an ingress controller says of an object in its log.

use std::collections::BTreeMap;

use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::{Context, ObjectRef};

/// Seconds after which a line of the controller's log is of the past: it repeats itself at every change.
const FRESH: i64 = 3600;

/// Lines of a signature that the controller may still mean, in the order of the logs.
fn fresh<'a>(context: &Context<'a>, signature: &str) -> impl Iterator<Item = (&'a ContainerLog, &'a LogHit)> {
    let snapshot = context.snapshot;
    let all = snapshot.logs.iter().flat_map(move |log| log.hits.iter().map(move |hit| (log, hit)));
    all.filter(move |(_, h)| h.signature == signature && snapshot.age_seconds(h.last.time).is_none_or(|age| age < FRESH))
}

/// The newest line of a signature about each object that its field names (`namespace/name`).
pub(super) struct Told<'a>(BTreeMap<&'a str, (&'a ContainerLog, &'a LogHit)>);

impl<'a> Told<'a> {
    /// By a signature and its field.
    pub(super) fn by(context: &Context<'a>, signature: &str, field: &str) -> Self {
        Self(fresh(context, signature).filter_map(|(log, hit)| Some((hit.field(field)?, (log, hit)))).collect())
    }

    /// What it says of an object.
    pub(super) fn about(&self, object: &ObjectRef) -> Option<(&'a ContainerLog, &'a LogHit)> {
        self.0.get(format!("{}/{}", object.namespace, object.name).as_str()).copied()
    }
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
    let objects = Told::by(context, signature, field).0.into_iter().filter_map(|(name, (log, hit))| {
        let (namespace, name) = name.split_once('/')?;
        Some((ObjectRef::new(kind, namespace, name), log, hit))
    });
    objects.filter(|(object, ..)| missing(object)).collect()
}
