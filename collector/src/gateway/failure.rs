//! What a request can come to besides an answer, and what kind of gap in the bundle that is.
use crate::stop::StopReason;
use serde::Deserialize;
use std::{error::Error, fmt, time::Duration};

/// Why a request brought nothing, or not everything.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The server answered, and the answer was no.
    Refused(Refusal),
    /// No connection, or one that failed: the whole chain of causes in words.
    Unreachable(String),
    /// The server took too long.
    TimedOut(Duration),
    /// The answer ended before its end, or was not what it should be.
    Broken(String),
    /// The run itself stopped.
    Stopped(StopReason),
}

/// A refusing answer, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// The server's sentence, shortened.
    pub(crate) message: String,
    /// The continue token a 410 brings along, to go on with an inconsistent list.
    pub(crate) continue_token: Option<String>,
    /// How long the server asked us to wait.
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    message: String,
    metadata: Metadata,
    details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    r#continue: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    retry_after_seconds: u64,
}

impl Refusal {
    /// Reads a refusing answer: a `Status` object, or whatever a proxy in between wrote.
    pub(crate) fn read(status: u16, retry_after: Option<&str>, body: &[u8]) -> Self {
        let parsed: Option<Status> = serde_json::from_slice(body).ok();
        let asked = retry_after.and_then(|text| text.trim().parse::<u64>().ok());
        let parsed = parsed.unwrap_or_else(|| Status { message: String::from_utf8_lossy(body).trim().to_owned(), ..Status::default() });
        let seconds = asked.or_else(|| parsed.details.map(|details| details.retry_after_seconds).filter(|seconds| *seconds > 0));
        Self {
            status,
            message: shorten(&parsed.message, 400),
            continue_token: Some(parsed.metadata.r#continue).filter(|token| !token.is_empty()),
            retry_after: seconds.map(Duration::from_secs),
        }
    }
}

impl Failure {
    /// The HTTP status, where the server answered.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// The refusal, where the server answered.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether we are not allowed to see this.
    pub(crate) fn is_denied(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether there is no such thing on this cluster.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.status(), Some(404 | 405))
    }

    /// Whether it says only that the connection went away, not why.
    pub(crate) fn is_vague(&self) -> bool {
        matches!(self, Self::Unreachable(why) if why.contains("connection was not ready") || why.contains("connection closed") || why.contains("reset by peer"))
    }

    /// An error of the HTTP client with all its causes; the last one is the one that says something.
    pub(crate) fn from_error(error: &(dyn Error + 'static)) -> Self {
        Self::Unreachable(chain(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) if refusal.message.is_empty() => write!(f, "HTTP {}", refusal.status),
            Self::Refused(refusal) => write!(f, "HTTP {}: {}", refusal.status, refusal.message),
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::TimedOut(after) => write!(f, "no answer within {} s", after.as_secs_f32()),
            Self::Broken(why) => write!(f, "the answer broke off: {why}"),
            Self::Stopped(reason) => write!(f, "{reason}"),
        }
    }
}

/// An error's causes in one line, without the repetitions that wrapping brings.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.retain(|part| !text.contains(part.as_str()));
            parts.push(text);
        }
        next = error.source();
    }
    shorten(&parts.join(": "), 400)
}

/// At most `max` bytes of a text, cut at a character.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = (0..=max).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_object_is_taken_apart() {
        let body = br#"{"kind":"Status","message":"The provided continue parameter is too old","reason":"Expired","code":410,"metadata":{"continue":"abc"}}"#;
        let refusal = Refusal::read(410, None, body);
        assert_eq!((refusal.message.contains("too old"), refusal.continue_token.as_deref()), (true, Some("abc")));
    }

    #[test]
    fn a_proxys_own_words_are_kept_and_retry_after_is_read() {
        let refusal = Refusal::read(503, Some("7"), b"upstream connect error");
        assert_eq!((refusal.message.as_str(), refusal.retry_after), ("upstream connect error", Some(Duration::from_secs(7))));
        let refusal = Refusal::read(429, None, br#"{"details":{"retryAfterSeconds":3}}"#);
        assert_eq!(refusal.retry_after, Some(Duration::from_secs(3)));
    }
}
