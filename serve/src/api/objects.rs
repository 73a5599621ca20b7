//! Objects: which path means which, and what else hangs on a single one.
use super::{list, logs, nodes, read_only, watch};
use crate::{
    answer::Answer,
    recording::{Holding, Recording, Shelf},
    request::{Form, Request},
    table::Sheet,
};
use std::sync::Arc;

/// What a path behind `/api/v1` or `/apis/<group>/<version>` means.
#[derive(Debug, PartialEq, Eq)]
struct Target<'p> {
    plural: &'p str,
    namespace: Option<&'p str>,
    name: Option<&'p str>,
    /// What is asked of the object beside itself: `log`, `proxy/stats/summary`.
    beside: &'p [&'p str],
}

impl<'p> Target<'p> {
    fn of(path: &'p [&'p str]) -> Option<Self> {
        Some(match path {
            // A namespace's own parts, not kinds of these names within it.
            ["namespaces", name, "status" | "finalize"] => {
                Self { plural: "namespaces", namespace: None, name: Some(name), beside: path.get(2..)? }
            }
            ["namespaces", namespace, plural, rest @ ..] => {
                Self { plural, namespace: Some(namespace), name: rest.first().copied(), beside: rest.get(1..).unwrap_or_default() }
            }
            [plural, rest @ ..] => Self { plural, namespace: None, name: rest.first().copied(), beside: rest.get(1..).unwrap_or_default() },
            [] => return None,
        })
    }
}

/// Answers for a kind or one of its objects.
pub(super) async fn answer(recording: &Arc<Recording>, request: &Request, group: &str, version: &str, path: &[&str]) -> Answer {
    let Some(target) = Target::of(path) else { return Answer::no_such_path() };
    let Some(shelf) = recording.shelf(group, version, target.plural) else { return Answer::no_such_path() };
    if let Holding::Missing(outcome, detail) = &shelf.holding {
        return Answer::not_collected(&shelf.resource.qualified(), *outcome, detail);
    }
    match target.name {
        None if request.flag("watch") => watch::answer(recording, shelf, target.namespace, request),
        None => list::answer(recording, shelf, target.namespace, request),
        Some(name) if shelf.resource.namespaced == target.namespace.is_some() => one(recording, shelf, request, &target, name),
        Some(_) => Answer::no_such_path(),
    }
}

fn one(recording: &Arc<Recording>, shelf: &Shelf, request: &Request, target: &Target<'_>, name: &str) -> Answer {
    let namespace = target.namespace.unwrap_or_default();
    let Some(span) = shelf.get(namespace, name) else {
        let outside =
            shelf.resource.namespaced && !recording.namespaces().is_empty() && !recording.namespaces().iter().any(|of| of == namespace);
        let answer = Answer::not_found(&shelf.resource, name);
        return if outside { answer.warn(&only_some(recording)) } else { answer };
    };
    let object = || recording.object(span).map_err(|error| Answer::broken(&error));
    match (shelf.resource.plural.as_str(), target.beside) {
        (_, [] | ["status"]) => match recording.get(span).and_then(|bytes| render(recording, shelf, request.form, request, &bytes)) {
            Ok(document) => Answer::raw_json(document),
            Err(error) => Answer::broken(&error),
        },
        ("pods", ["log"]) => object().map_or_else(|refusal| refusal, |pod| logs::answer(recording, request, namespace, name, &pod)),
        ("pods", ["exec" | "attach" | "portforward" | "proxy", ..]) => read_only("nothing runs in it"),
        ("nodes", ["proxy", rest @ ..]) => nodes::proxy(recording, name, rest),
        _ => Answer::no_such_path(),
    }
}

/// One object in the wanted form.
fn render(recording: &Recording, shelf: &Shelf, form: Form, request: &Request, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    match form {
        Form::Plain | Form::Aggregated(_) => Ok(bytes.to_vec()),
        Form::Metadata => list::partial(bytes),
        Form::Table => {
            let sheet = Sheet::of(shelf);
            let row = sheet.row(&serde_json::from_slice(bytes)?, recording.now(), list::Include::of(request));
            Ok(sheet.table(&serde_json::json!({"resourceVersion": recording.resource_version()}), &[row]).to_string().into_bytes())
        }
    }
}

/// What a client should know of a bundle that was taken of some namespaces.
pub(super) fn only_some(recording: &Recording) -> String {
    format!("this bundle was collected from the namespaces {} only", recording.namespaces().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_what_they_mean_on_a_server() {
        let of = |path: &'static [&'static str]| {
            let target = Target::of(path).unwrap();
            (target.plural, target.namespace, target.name, target.beside)
        };
        assert_eq!(of(&["pods"]), ("pods", None, None, &[][..]));
        assert_eq!(of(&["nodes", "n1", "proxy", "stats"]), ("nodes", None, Some("n1"), &["proxy", "stats"][..]));
        assert_eq!(of(&["namespaces"]), ("namespaces", None, None, &[][..]));
        assert_eq!(of(&["namespaces", "a"]), ("namespaces", None, Some("a"), &[][..]));
        assert_eq!(of(&["namespaces", "a", "status"]), ("namespaces", None, Some("a"), &["status"][..]));
        assert_eq!(of(&["namespaces", "a", "pods"]), ("pods", Some("a"), None, &[][..]));
        assert_eq!(of(&["namespaces", "a", "pods", "p", "log"]), ("pods", Some("a"), Some("p"), &["log"][..]));
        assert_eq!(Target::of(&[]), None);
    }
}
