//! What is answered at which path.
mod discovery;
mod health;
mod list;
mod logs;
mod nodes;
mod objects;
mod reviews;
mod watch;

pub(crate) use list::{Include, partial_of};

use crate::{answer::Answer, recording::Recording, request::Request};
use hyper::{
    Method,
    header::{ALLOW, HeaderValue},
};
use std::sync::Arc;

/// Answers a request.
pub(crate) async fn answer(recording: &Arc<Recording>, request: &Request) -> Answer {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    if request.method == Method::POST
        && let Some(review) = reviews::answer(&path, &request.body)
    {
        return review;
    }
    if request.method != Method::GET && request.method != Method::HEAD {
        return read_only(&format!("{} is not possible", request.method));
    }
    match path.as_slice() {
        [] => discovery::paths(recording),
        ["version"] => health::version(recording),
        ["readyz" | "livez" | "healthz", rest @ ..] => health::check(recording, path.first().copied().unwrap_or_default(), rest, request),
        ["api"] => discovery::core(recording, request),
        ["apis"] => discovery::groups(recording, request),
        ["apis", group] => discovery::group(recording, group),
        ["api", version] => discovery::resources(recording, "", version),
        ["apis", group, version] => discovery::resources(recording, group, version),
        ["api", version, rest @ ..] => objects::answer(recording, request, "", version, rest).await,
        ["apis", group, version, rest @ ..] => objects::answer(recording, request, group, version, rest).await,
        ["openapi", ..] => {
            // kubectl asks for a type of its own here and reads no Status; a warning it shows.
            let why = "a bundle has no OpenAPI documents: kubectl explain and validation need a cluster";
            Answer::refusal(404, "NotFound", why).warn(why)
        }
        _ => Answer::no_such_path(),
    }
}

/// No: a bundle cannot change and nothing runs in it.
fn read_only(what: &str) -> Answer {
    let mut answer =
        Answer::refusal(405, "MethodNotAllowed", &format!("this is a recorded cluster, served read-only from a bundle: {what}"));
    answer.header(ALLOW, HeaderValue::from_static("GET, HEAD"));
    answer
}
