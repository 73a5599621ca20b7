//! What an ingress controller says of an object in its log.

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
