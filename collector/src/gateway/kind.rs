//! What is asked, and how long and how often it may be asked: each kind of request has its own patience.
use super::Failure;
use std::time::Duration;

/// The kinds of request, by how their answers behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What the server offers.
    Discovery,
    /// A page of objects, from the server's own store.
    List,
    /// A container's log, fetched by the server from a kubelet.
    Log,
    /// Anything else that the server fetches from elsewhere.
    Proxy,
    /// Health endpoints: a 5xx answer is the datum itself.
    Health,
    /// A question to an application through the server's proxy: whatever it answers is the datum.
    Probe,
}

/// One request: a GET and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// Its kind.
    pub(crate) kind: Kind,
    /// Path and query.
    pub(crate) path: String,
    /// The `Accept` header.
    pub(crate) accept: &'static str,
}

impl Ask {
    /// A request for JSON.
    pub(crate) fn json(kind: Kind, path: impl Into<String>) -> Self {
        Self { kind, path: path.into(), accept: "application/json" }
    }

    /// A request for anything.
    pub(crate) fn any(kind: Kind, path: impl Into<String>) -> Self {
        Self { kind, path: path.into(), accept: "*/*" }
    }

    /// The path for the request log: continue tokens are long and say nothing to a reader.
    pub(crate) fn path_for_log(&self) -> String {
        let Some((before, rest)) = self.path.split_once("continue=") else { return self.path.clone() };
        let after = rest.find('&').map_or("", |index| &rest[index..]);
        format!("{before}continue=…{after}")
    }
}

impl Kind {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 6;

    /// The longest wait for an answer to begin.
    pub(crate) fn first_byte(self, patience: Duration) -> Duration {
        match self {
            Self::Discovery | Self::List => patience,
            Self::Log | Self::Proxy | Self::Health => patience.min(Duration::from_secs(15)),
            // Probes that take longer than this have failed everywhere else too.
            Self::Probe => patience.min(Duration::from_secs(10)),
        }
    }

    /// The longest time for one whole answer.
    pub(crate) fn whole(self, patience: Duration) -> Duration {
        match self {
            Self::List | Self::Log => patience * 4,
            Self::Discovery | Self::Proxy | Self::Health | Self::Probe => patience * 2,
        }
    }

    /// The longest time spent on repeating one request.
    pub(crate) fn longest_retrying(self, patience: Duration) -> Duration {
        match self {
            Self::Discovery | Self::List => patience * 3,
            Self::Log | Self::Proxy | Self::Health | Self::Probe => patience,
        }
    }

    /// Whether a status other than 2xx is an answer too.
    pub(crate) fn wants(self, status: u16) -> bool {
        self == Self::Probe || (self == Self::Health && status >= 500)
    }

    /// How long to wait before trying again; `None` when another try would not help or would not be polite.
    pub(crate) fn pause_before_retry(self, failure: &Failure, attempt: u32, patience: Duration) -> Option<Duration> {
        // Half a second, one, two, four, when the patience is thirty.
        let backoff = (patience / 60).mul_f64(f64::from(1u32 << (attempt - 1).min(6)) * (0.75 + jitter() / 2.0));
        let tries = match self {
            Self::Discovery | Self::List => 5,
            Self::Log | Self::Proxy | Self::Health => 2,
            // How long it takes is part of the answer: asked once.
            Self::Probe => 1,
        };
        match failure {
            // The server is there and asks for time: always polite to come back, a few times more.
            Failure::Refused(refusal) if refusal.status == 429 || (refusal.status == 503 && refusal.retry_after.is_some()) => {
                (attempt < tries + 3).then(|| refusal.retry_after.unwrap_or(backoff).min(Duration::from_secs(60)))
            }
            // A kubelet that does not answer makes the server say 500 or 502: asking again only costs it another timeout.
            Failure::Refused(refusal) if matches!(refusal.status, 500 | 502..=504) => {
                (matches!(self, Self::Discovery | Self::List) && attempt < tries).then_some(backoff)
            }
            Failure::Unreachable(_) | Failure::Broken(_) => (attempt < tries).then_some(backoff),
            // One more chance for the server's own answers; a hung proxy target stays hung.
            Failure::TimedOut(_) => (matches!(self, Self::Discovery | Self::List) && attempt < 2).then_some(backoff),
            Failure::Refused(_) | Failure::Stopped(_) => None,
        }
    }
}

/// A number in 0..1 that differs from call to call, so that many collectors do not come back in step.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    (RandomState::new().hash_one(0) % 1_000) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::Refusal;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn refused(status: u16, retry_after: Option<u64>) -> Failure {
        let retry_after = retry_after.map(Duration::from_secs);
        Failure::Refused(Refusal { status, message: String::new(), continue_token: None, retry_after })
    }

    #[test]
    fn retries_help_where_they_can_and_end() {
        assert_eq!(Kind::Log.pause_before_retry(&refused(429, Some(7)), 1, PATIENCE), Some(Duration::from_secs(7)));
        assert!(Kind::List.pause_before_retry(&refused(500, None), 1, PATIENCE).is_some());
        assert!(Kind::List.pause_before_retry(&refused(500, None), 5, PATIENCE).is_none());
        assert!(Kind::Log.pause_before_retry(&refused(500, None), 1, PATIENCE).is_none());
        assert!(Kind::List.pause_before_retry(&refused(403, None), 1, PATIENCE).is_none());
        assert!(Kind::List.pause_before_retry(&refused(410, None), 1, PATIENCE).is_none());
    }

    #[test]
    fn the_request_log_leaves_continue_tokens_out() {
        let ask = Ask::json(Kind::List, "/api/v1/pods?limit=500&continue=abcdef&x=1");
        assert_eq!(ask.path_for_log(), "/api/v1/pods?limit=500&continue=…&x=1");
    }
}
