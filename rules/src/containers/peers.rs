//! Whom a container calls, as far as its command and its environment name Services or pods that exist.

use std::collections::BTreeSet;

use tarbox_model::{Context, ObjectRef};

use super::trouble::Trouble;

/// Services and pods that a container's command, arguments and environment name.
pub(super) fn peers(context: &Context<'_>, trouble: &Trouble<'_>) -> Vec<ObjectRef> {
    let spec = trouble.view.spec;
    let namespace = trouble.pod.metadata.namespace.as_str();
    let values = spec.env.iter().filter_map(|e| e.value.as_deref());
    let texts = spec.command.iter().chain(&spec.args).map(String::as_str).chain(values);
    let words = texts.flat_map(|t| t.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))));
    let found: BTreeSet<ObjectRef> =
        words.filter(|w| w.len() >= 2).filter_map(|w| context.relations.resolve_host(context.snapshot, w, namespace)).collect();
    found.into_iter().collect()
}
