//! An answer being read: piece by piece, with deadlines, and with its line in the request log whatever happens to it.
use super::{Ask, Asked, Failure, Kind, Shared, next_data};
use crate::clock;
use bytes::Bytes;
use http::{Response, header};
use kube::client::Body;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

/// An answer whose head has come. Holds its place among the requests in flight until it is dropped.
pub(crate) struct Answer {
    content_type: String,
    waited: Duration,
    body: Body,
    trace: Trace,
    idle: Duration,
    /// What is left of `whole`. Only waiting for the server counts: our own work on a piece is not its fault.
    left: Duration,
    whole: Duration,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Answer {
    pub(super) fn new(
        response: Response<Body>,
        permit: Option<OwnedSemaphorePermit>,
        trace: Trace,
        patience: Duration,
        kind: Kind,
    ) -> Self {
        let whole = kind.whole(patience);
        let content_type =
            response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (body, waited) = (response.into_body(), trace.elapsed());
        Self { content_type, waited, body, trace, idle: patience, left: whole, whole, _permit: permit }
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.trace.status
    }

    /// What the answer says it is.
    pub(crate) fn content_type(&self) -> &str {
        &self.content_type
    }

    /// From sending the request to the answer's head.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the server stalls, breaks off, or the run stops.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.left.is_zero() {
            return Err(self.trace.note(Failure::TimedOut(self.whole)));
        }
        let wait = self.idle.min(self.left);
        let stop = Arc::clone(&self.trace.shared.stop);
        let asked = Instant::now();
        let next = stop.guard(tokio::time::timeout(wait, next_data(&mut self.body))).await;
        self.left = self.left.saturating_sub(asked.elapsed());
        match next {
            Err(reason) => Err(self.trace.note(Failure::Stopped(reason))),
            Ok(Err(_)) => Err(self.trace.note(Failure::TimedOut(wait))),
            Ok(Ok(None)) => Ok(None),
            Ok(Ok(Some(Err(failure)))) => Err(self.trace.note(failure)),
            Ok(Ok(Some(Ok(data)))) => {
                self.trace.received(data.len());
                Ok(Some(data))
            }
        }
    }

    /// The rest of the body, up to `cap` bytes.
    ///
    /// # Errors
    /// As for [`Self::chunk`], and when there is more than `cap`.
    pub(crate) async fn all(mut self, cap: usize) -> Result<Vec<u8>, Failure> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > cap {
                return Err(self.trace.note(Failure::Broken(format!("larger than {cap} bytes"))));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole)
    }
}

/// One request's way through the log; written when it is dropped, so that no path forgets it.
pub(super) struct Trace {
    shared: Arc<Shared>,
    started: Instant,
    at: jiff::Timestamp,
    method: &'static str,
    path: String,
    attempt: u32,
    status: u16,
    bytes: u64,
    error: Option<String>,
}

impl Trace {
    pub(super) fn new(shared: Arc<Shared>, ask: &Ask, attempt: u32) -> Self {
        Self {
            shared,
            started: Instant::now(),
            at: clock::now(),
            method: "GET",
            path: ask.path_for_log(),
            attempt,
            status: 0,
            bytes: 0,
            error: None,
        }
    }

    /// Something asked past the API server, for the log all the same.
    pub(super) fn outside(shared: Arc<Shared>, method: &'static str, path: String) -> Self {
        Self { shared, started: Instant::now(), at: clock::now(), method, path, attempt: 1, status: 0, bytes: 0, error: None }
    }

    pub(super) fn status(&mut self, status: u16) {
        self.status = status;
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Notes a failure and hands it on.
    pub(super) fn note(&mut self, failure: Failure) -> Failure {
        self.error = Some(failure.to_string());
        failure
    }

    /// Notes a failure that ends the request.
    pub(super) fn failed(mut self, failure: Failure) -> Failure {
        self.note(failure)
    }

    pub(super) fn received(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        self.shared.counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let path = std::mem::take(&mut self.path);
        let asked = Asked {
            at: self.at,
            method: self.method,
            path,
            status: self.status,
            bytes: self.bytes,
            millis,
            attempt: self.attempt,
            error: self.error.take(),
        };
        self.shared.log.asked(asked);
    }
}
