//! Secrets: that they are there, with which keys. Never their values.
use super::{Right, Source, Switch, certificates, objects};
use crate::{discovery::Resource, options::Mongodb, outcome::Ended, run::Run};
use serde_json::Value;
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
    switch: Switch::Off("--no-secrets"),
    grant: None,
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
    let mut on_secret = |secret: Value| {
        certificates::note_secret(run, &secret);
        run.releases().note(&secret);
        if run.options.mongodb == Mongodb::Auto {
            run.databases().note_secret(&secret);
        }
        writer.push(secret);
    };
    let end = objects::list_scopes(run, resource, &mut on_secret).await;
    let written = writer.finish();
    let ended = end.failure.as_ref().map_or(Ended::Collected, Ended::from);
    let detail = end.failure.iter().map(ToString::to_string).chain(end.notes).collect::<Vec<_>>().join("; ");
    run.note_secrets(ended);
    run.outcome(SOURCE.id, SOURCE.id, ended, written.items, written.bytes, &detail);
}
