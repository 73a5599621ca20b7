//! Secrets: that they are there, with which keys. Never their values.
use super::{Right, Source, objects};
use crate::{discovery::Resource, outcome::Ended, run::Run};
use std::sync::Arc;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "secrets",
    what: "Names, types, keys, sizes and keyed digests of Secrets: enough to see that one is missing, lacks a key, or is the same as another. \
           Values are held in memory only, so that redaction finds them wherever else they turn up; they are listed before anything else is written.",
    calls: &["GET /api/v1/secrets?limit=500"],
    rights: &[Right { groups: &[""], resources: &["secrets"], urls: &[], verbs: &["list"] }],
    place: &["secrets.ndjson"],
    limits: "Values of Helm releases are not learned (they are the release itself, compressed).",
    off: Some("--no-secrets"),
};

/// Whether this resource is Secrets.
pub(crate) fn is_secrets(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.name == "secrets"
}

/// Reads them.
pub(crate) async fn collect(run: &Arc<Run>, resources: &[Resource]) {
    if run.options.no_secrets {
        return;
    }
    let Some(resource) = resources.iter().find(|resource| is_secrets(resource)) else {
        run.outcome(SOURCE.id, SOURCE.id, Ended::Absent, 0, 0, "the server does not offer Secrets for listing");
        return;
    };
    let mut writer = run.sink.secrets();
    let end = objects::list_scopes(run, resource, &mut |secret| writer.push(secret)).await;
    let written = writer.finish();
    let ended = end.failure.as_ref().map_or(Ended::Collected, Ended::from);
    let detail = end.failure.iter().map(ToString::to_string).chain(end.notes).collect::<Vec<_>>().join("; ");
    run.outcome(SOURCE.id, SOURCE.id, ended, written.items, written.bytes, &detail);
}
