//! The only way to the API server. It can send nothing but GET: the collector is read-only because there is no code to be otherwise.
//!
//! The two ways into a pod that a user may opt into, a port forwarded and a command run, begin with a GET too, and are in a file of their own.
//! Every request passes the pace (in flight, rate, Retry-After), has deadlines of its own, is retried within bounds, and is written to the request log.
mod answer;
mod failure;
mod kind;
mod pace;
mod tunnel;

pub(crate) use answer::Answer;
pub(crate) use failure::{Failure, Refusal, chain};
pub(crate) use kind::{Ask, Kind};
pub(crate) use pace::IN_FLIGHT;
pub(crate) use tunnel::Said;

use crate::{clock, stop::Stop};
use answer::Trace;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use kube::{Client, client::Body};
use pace::Pace;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

/// One request as the request log keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// When it was sent, by the machine's clock.
    pub(crate) at: Timestamp,
    /// `GET`, or what it was if it was no HTTP.
    pub(crate) method: &'static str,
    /// Path and query; continue tokens left out.
    pub(crate) path: String,
    /// HTTP status; 0 when no answer came.
    pub(crate) status: u16,
    /// Bytes of the answer's body.
    pub(crate) bytes: u64,
    /// From sending to the body's end.
    pub(crate) millis: u64,
    /// 1 for the first try.
    pub(crate) attempt: u32,
    /// What went wrong, if not the status alone says it.
    pub(crate) error: Option<String>,
}

/// Takes note of each request.
pub(crate) trait RequestLog: Send + Sync {
    /// Called once a request, when its body was read or given up.
    fn asked(&self, asked: Asked);
}

/// The server's clock against ours, from the first `Date` header seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerClock {
    /// The server's time in that answer.
    pub(crate) server: Timestamp,
    /// Server minus machine, in whole seconds (the header knows no less).
    pub(crate) skew: SignedDuration,
}

/// Totals for the progress display and the final words.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Requests sent, retries included.
    pub(crate) requests: AtomicU64,
    /// Bytes of bodies received.
    pub(crate) bytes: AtomicU64,
    /// Requests that were repeated.
    pub(crate) retries: AtomicU64,
}

/// How the gateway behaves.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    /// A fixed rate, or `None` for the adaptive one.
    pub(crate) qps: Option<f64>,
    /// The longest wait for an answer to begin, or to go on.
    pub(crate) patience: Duration,
}

/// The gateway. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    pace: Pace,
    stop: Arc<Stop>,
    patience: Duration,
    log: Box<dyn RequestLog>,
    counters: Counters,
    clock: Mutex<Option<ServerClock>>,
}

impl Gateway {
    /// A gateway over a connected client.
    pub(crate) fn new(client: Client, manners: &Manners, stop: Arc<Stop>, log: Box<dyn RequestLog>) -> Self {
        let shared = Shared {
            client,
            pace: Pace::new(manners.qps),
            stop,
            patience: manners.patience,
            log,
            counters: Counters::default(),
            clock: Mutex::new(None),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The switch this gateway obeys.
    pub(crate) fn stop(&self) -> &Stop {
        &self.shared.stop
    }

    /// Totals so far.
    pub(crate) fn counters(&self) -> &Counters {
        &self.shared.counters
    }

    /// The server's clock, once an answer has come.
    pub(crate) fn server_clock(&self) -> Option<ServerClock> {
        *self.shared.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one GET and waits for its answer to begin; repeats it, politely and within bounds, when that may help.
    ///
    /// # Errors
    /// The last failure that says why, when no try brought an answer.
    pub(crate) async fn get(&self, ask: &Ask) -> Result<Answer, Failure> {
        let started = Instant::now();
        let mut attempt = 1;
        let mut telling = None;
        loop {
            let failure = match self.once(ask, attempt).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let status = failure.status();
            if matches!(status, Some(429 | 500..=599)) {
                self.shared.pace.pushed_back();
            }
            let pause = ask
                .kind
                .pause_before_retry(&failure, attempt, self.shared.patience)
                .filter(|pause| started.elapsed() + *pause <= ask.kind.longest_retrying(self.shared.patience));
            // Of a peer that closes in the handshake one try hears why and the next does not: word and end race each other.
            let failure = telling.filter(|_| failure.is_vague()).unwrap_or(failure);
            let Some(pause) = pause else { return Err(failure) };
            telling = Some(failure);
            if status == Some(429) {
                self.shared.pace.hold(Instant::now() + pause);
            }
            self.shared.stop.guard(tokio::time::sleep(pause)).await.map_err(Failure::Stopped)?;
            self.shared.counters.retries.fetch_add(1, Ordering::Relaxed);
            attempt += 1;
        }
    }

    /// Sends one GET and reads the whole answer, up to `cap` bytes.
    ///
    /// # Errors
    /// As for [`Self::get`], and [`Failure::Broken`] when the answer is larger than `cap` or ends early.
    pub(crate) async fn get_all(&self, ask: &Ask, cap: usize) -> Result<Vec<u8>, Failure> {
        self.get(ask).await?.all(cap).await
    }

    /// Notes a question that goes past the API server; its line is written when it is done.
    pub(crate) fn outside(&self, method: &'static str, path: String) -> Outside {
        Outside { trace: Trace::outside(Arc::clone(&self.shared), method, path) }
    }

    async fn once(&self, ask: &Ask, attempt: u32) -> Result<Answer, Failure> {
        let shared = &self.shared;
        let permit = shared.stop.guard(shared.pace.turn()).await.map_err(Failure::Stopped)?;
        let request = Request::get(&ask.path)
            .header(header::ACCEPT, ask.accept)
            .body(Body::empty())
            .map_err(|error| Failure::Broken(format!("not a path: {error}")))?;
        shared.counters.requests.fetch_add(1, Ordering::Relaxed);
        let mut trace = Trace::new(Arc::clone(shared), ask, attempt);
        let wait = ask.kind.first_byte(shared.patience);
        let sent = clock::now();
        let result = shared.stop.guard(tokio::time::timeout(wait, shared.client.send(request))).await;
        let response = match result {
            Err(reason) => return Err(trace.failed(Failure::Stopped(reason))),
            Ok(Err(_)) => return Err(trace.failed(Failure::TimedOut(wait))),
            Ok(Ok(Err(error))) => return Err(trace.failed(Failure::from_error(&error))),
            Ok(Ok(Ok(response))) => response,
        };
        let status = response.status().as_u16();
        trace.status(status);
        self.note_clock(&response, sent);
        if response.status().is_success() || ask.kind.wants(status) {
            shared.pace.answered(ask.kind, trace.elapsed());
            return Ok(Answer::new(response, permit, trace, shared.patience, ask.kind));
        }
        Err(self.refusal(response, permit, trace, ask.kind).await)
    }

    /// Reads the body of a refusing answer, which says why.
    async fn refusal(&self, response: Response<Body>, permit: Option<OwnedSemaphorePermit>, trace: Trace, kind: Kind) -> Failure {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = Answer::new(response, permit, trace, self.shared.patience, kind);
        match answer.all(64 << 10).await {
            Err(Failure::Stopped(reason)) => Failure::Stopped(reason),
            body => Failure::Refused(Refusal::read(status, retry_after.as_deref(), &body.unwrap_or_default())),
        }
    }

    fn note_clock(&self, response: &Response<Body>, sent: Timestamp) {
        let mut clock = self.shared.clock.lock().unwrap_or_else(PoisonError::into_inner);
        if clock.is_some() {
            return;
        }
        let date = response.headers().get(header::DATE).and_then(|value| value.to_str().ok());
        if let Some(server) = date.and_then(clock::http_date) {
            let skew = SignedDuration::from_secs(server.duration_since(sent).as_secs());
            *clock = Some(ServerClock { server, skew });
        }
    }
}

/// A question past the API server, on its way into the request log.
pub(crate) struct Outside {
    trace: Trace,
}

impl Outside {
    /// It was answered, or not.
    pub(crate) fn done(mut self, error: Option<&str>) {
        if let Some(error) = error {
            self.trace.note(Failure::Broken(error.to_owned()));
        }
    }
}

/// The next piece of a body, if there is one; trailers are of no use to us.
async fn next_data(body: &mut Body) -> Option<Result<bytes::Bytes, Failure>> {
    loop {
        match body.frame().await? {
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
            Err(error) => return Some(Err(Failure::Broken(chain(&error)))),
        }
    }
}
