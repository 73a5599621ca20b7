//! Answers: documents, texts, and Kubernetes' way of saying no.
use crate::{body::Body, kinds::Resource};
use bytes::Bytes;
use hyper::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue, WARNING},
};
use serde_json::{Value, json};
use std::io;
use tarbox_bundle::Outcome;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Body,
}

impl Answer {
    /// An answer of this type.
    pub(crate) fn new(status: u16, content_type: &'static str, body: Body) -> Self {
        Self { status, headers: vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))], body }
    }

    /// A JSON document.
    pub(crate) fn json(document: &Value) -> Self {
        Self::new(200, "application/json", whole(document.to_string()))
    }

    /// What became of something that was posted.
    pub(crate) fn created(document: &Value) -> Self {
        Self::new(201, "application/json", whole(document.to_string()))
    }

    /// What was asked for is not in the bundle; this is why.
    pub(crate) fn not_collected(what: &str, outcome: Outcome, detail: &str) -> Self {
        let why = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        match outcome {
            Outcome::Denied => {
                Self::refusal(403, "Forbidden", &format!("{what}: not in the bundle, because the cluster denied it to the collector{why}"))
            }
            _ => Self::refusal(501, "NotCollected", &format!("{what}: not in the bundle{why}")),
        }
    }

    /// Bytes that are a JSON document.
    pub(crate) fn raw_json(document: Vec<u8>) -> Self {
        Self::new(200, "application/json", whole(document))
    }

    /// A text.
    pub(crate) fn text(status: u16, text: Vec<u8>) -> Self {
        Self::new(status, "text/plain", whole(text))
    }

    /// No, as a Status.
    pub(crate) fn refusal(status: u16, reason: &str, message: &str) -> Self {
        Self::status(status, reason, message, &json!({}))
    }

    /// No, with details for programs.
    pub(crate) fn status(status: u16, reason: &str, message: &str, details: &Value) -> Self {
        let document = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": message, "reason": reason, "details": details, "code": status,
        });
        Self::new(status, "application/json", whole(document.to_string()))
    }

    /// There is no such object.
    pub(crate) fn not_found(resource: &Resource, name: &str) -> Self {
        let details = json!({"name": name, "group": resource.group, "kind": resource.plural});
        Self::status(404, "NotFound", &format!("{} {name:?} not found", resource.qualified()), &details)
    }

    /// There is no such place in this API.
    pub(crate) fn no_such_path() -> Self {
        Self::refusal(404, "NotFound", "the server could not find the requested resource")
    }

    /// The request makes no sense.
    pub(crate) fn bad_request(message: &str) -> Self {
        Self::refusal(400, "BadRequest", message)
    }

    /// The content of the bundle could not be got back from where it was put aside.
    pub(crate) fn broken(error: &io::Error) -> Self {
        Self::refusal(500, "InternalError", &format!("the bundle's content cannot be read back: {error}"))
    }

    /// Adds a header.
    pub(crate) fn header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.push((name, value));
    }

    /// Adds a warning: kubectl shows it to the person at the terminal.
    pub(crate) fn warn(mut self, text: &str) -> Self {
        let plain: String = text.chars().map(|c| if matches!(c, ' '..='~') && c != '"' && c != '\\' { c } else { '\'' }).collect();
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{plain}\"")) {
            self.header(WARNING, value);
        }
        self
    }

    /// As HTTP.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// A body that is there at once.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Body::Whole(Some(bytes.into()))
}
