//! Health: what the API server says about itself.
use super::{Right, Source, Switch};
use crate::{
    gateway::{Ask, Kind},
    outcome::Ended,
    run::Run,
};
use std::sync::Arc;
use tarbox_bundle::EntryPath;

/// The description.
pub(crate) static SOURCE: Source = Source {
    id: "health",
    what: "The API server's version and its own health checks, etcd's among them as the API server sees it.",
    calls: &["GET /version", "GET /readyz?verbose", "GET /livez?verbose"],
    rights: &[Right { groups: &[], resources: &[], urls: &["/version", "/readyz", "/livez"], verbs: &["get"] }],
    place: &["health/version.json", "health/readyz", "health/livez"],
    limits: "1 MiB each; a failing check (HTTP 5xx) is an answer too.",
    switch: Switch::Always,
    grant: None,
};

/// Reads them.
pub(crate) async fn collect(run: &Arc<Run>) {
    for (check, file, path) in
        [("version", "version.json", "/version"), ("readyz", "readyz", "/readyz?verbose"), ("livez", "livez", "/livez?verbose")]
    {
        let id = format!("{}/{check}", SOURCE.id);
        let answer = match run.gateway.get(&Ask::any(Kind::Health, path)).await {
            Ok(answer) => {
                let status = answer.status();
                answer.all(1 << 20).await.map(|body| (status, body))
            }
            Err(failure) => Err(failure),
        };
        match answer {
            Ok((status, body)) => {
                let written = run.sink.document(&EntryPath::health(file), &body);
                let detail = if status == 200 { String::new() } else { format!("the server answered HTTP {status}") };
                run.outcome(SOURCE.id, &id, Ended::Collected, 1, written, &detail);
            }
            Err(failure) => run.outcome(SOURCE.id, &id, Ended::from(&failure), 0, 0, &failure.to_string()),
        }
    }
}
