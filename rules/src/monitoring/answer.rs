//! What an HTTP endpoint that should give metrics has answered instead.

use tarbox_model::metrics::HttpAnswer;

/// What is wrong with an answer, in words.
pub(super) fn wrong(answer: &HttpAnswer) -> Option<String> {
    let page = answer.content_type.starts_with("text/html") || answer.body.trim_start().to_ascii_lowercase().starts_with("<!doctype html");
    match answer.status {
        401 | 403 => None,
        _ if answer.by_api_server => Some(format!("nobody answers there ({})", server_words(&answer.body))),
        400 if answer.body.contains("HTTP request to an HTTPS server") => Some("it speaks HTTPS and is asked by HTTP".to_owned()),
        0 => Some("there is no answer".to_owned()),
        status @ 400.. => Some(format!("it answers with status {status}")),
        _ if page => Some("it answers with a web page, not with metrics".to_owned()),
        _ => None,
    }
}

/// The API server's message, out of its answer.
fn server_words(body: &str) -> String {
    let message = serde_json::from_str::<serde_json::Value>(body).ok().and_then(|v| Some(v.get("message")?.as_str()?.to_owned()));
    message.unwrap_or_else(|| "by the API server".to_owned())
}
