//! How fast we may ask: a few requests in flight, a token bucket, and an adaptive rate that yields to a busy server.
//!
//! The rate rises while the server answers as fast as before, and falls on 429, 5xx or slower answers. `--qps` fixes it.
use super::Kind;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

/// Requests in flight at once, whatever the rate.
pub(crate) const IN_FLIGHT: usize = 8;
/// Where the adaptive rate starts, requests a second.
const START: f64 = 100.0;
/// The adaptive rate never falls below this, so that a run always ends.
const FLOOR: f64 = 5.0;
/// ... and never rises above this.
const CEILING: f64 = 1_000.0;
/// Answers looked at before the rate is judged again.
const WINDOW: usize = 16;
/// Slower than this factor of the best window, plus `SLACK`, counts as "slower".
const SLOWER: f64 = 2.0;
/// Small absolute differences are noise, not load.
const SLACK: Duration = Duration::from_millis(25);

/// The gate every request passes.
pub(crate) struct Pace {
    slots: Arc<Semaphore>,
    /// Who waits for a token: first come, first served, or the most important request could wait longest.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    fixed: bool,
}

struct State {
    rate: f64,
    tokens: f64,
    refilled: Instant,
    hold_until: Option<Instant>,
    last_cut: Option<Instant>,
    starved: bool,
    windows: [Window; Kind::COUNT],
}

#[derive(Default)]
struct Window {
    millis: Vec<f64>,
    best: Option<f64>,
}

impl Pace {
    /// A gate with a fixed rate, or an adaptive one.
    pub(crate) fn new(qps: Option<f64>) -> Self {
        let rate = qps.unwrap_or(START).max(0.1);
        let state = State {
            rate,
            tokens: burst(rate),
            refilled: Instant::now(),
            hold_until: None,
            last_cut: None,
            starved: false,
            windows: Default::default(),
        };
        Self {
            slots: Arc::new(Semaphore::new(IN_FLIGHT)),
            queue: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
            fixed: qps.is_some(),
        }
    }

    /// Waits for a free slot and a token; the slot is free again when the returned permit is dropped.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed; `None` would only mean that it was.
        let permit = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        let _first = self.queue.lock().await;
        loop {
            let wait = self.lock().take(Instant::now());
            match wait {
                None => return Some(permit),
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// Nobody asks before `until`: what `Retry-After` means for a client as a whole.
    pub(crate) fn hold(&self, until: Instant) {
        let mut state = self.lock();
        state.hold_until = Some(state.hold_until.map_or(until, |held| held.max(until)));
    }

    /// Learns from an answer's time to its first byte.
    pub(crate) fn answered(&self, kind: Kind, first_byte: Duration) {
        if !self.fixed {
            self.lock().judge(kind, first_byte);
        }
    }

    /// Learns from a push-back (429 or 5xx).
    pub(crate) fn pushed_back(&self) {
        if !self.fixed {
            self.lock().cut(0.5, Instant::now());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a token, or says how long to wait before trying again.
    fn take(&mut self, now: Instant) -> Option<Duration> {
        if let Some(until) = self.hold_until {
            if until > now {
                return Some(until - now);
            }
            self.hold_until = None;
        }
        self.tokens = (self.tokens + now.duration_since(self.refilled).as_secs_f64() * self.rate).min(burst(self.rate));
        self.refilled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return None;
        }
        self.starved = true;
        Some(Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }

    fn judge(&mut self, kind: Kind, first_byte: Duration) {
        let window = &mut self.windows[kind as usize];
        window.millis.push(first_byte.as_secs_f64() * 1e3);
        if window.millis.len() < WINDOW {
            return;
        }
        window.millis.sort_by(f64::total_cmp);
        let median = window.millis[WINDOW / 2];
        window.millis.clear();
        let best = window.best.unwrap_or(median);
        // The best ages a little, so that a cluster which became slower for good is not called slow for ever.
        window.best = Some(median.min(best * 1.05));
        if median > best * SLOWER + SLACK.as_secs_f64() * 1e3 {
            self.cut(0.7, Instant::now());
        } else if self.starved {
            self.rate = (self.rate * 1.5).min(CEILING);
        }
        self.starved = false;
    }

    /// Lowers the rate, at most once a second: the answers of one bad moment come in together.
    fn cut(&mut self, factor: f64, now: Instant) {
        if self.last_cut.is_none_or(|last| now.duration_since(last) >= Duration::from_secs(1)) {
            self.rate = (self.rate * factor).max(FLOOR);
            self.last_cut = Some(now);
        }
    }
}

fn burst(rate: f64) -> f64 {
    (rate / 10.0).clamp(1.0, 50.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(pace: &Pace) -> f64 {
        pace.lock().rate
    }

    #[tokio::test(start_paused = true)]
    async fn a_fixed_rate_is_kept() {
        let pace = Pace::new(Some(10.0));
        let start = Instant::now();
        for _ in 0..21 {
            pace.turn().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(1_950), "21 requests at 10/s took {:?}", start.elapsed());
        pace.pushed_back();
        assert!((rate(&pace) - 10.0).abs() < f64::EPSILON, "--qps fixes the rate");
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_first_is_served_first() {
        let (pace, served) = (Arc::new(Pace::new(Some(10.0))), Arc::new(Mutex::new(Vec::new())));
        let mut asking = tokio::task::JoinSet::new();
        for number in 0..IN_FLIGHT {
            let (pace, served) = (Arc::clone(&pace), Arc::clone(&served));
            asking.spawn(async move {
                for round in 0..3 {
                    let permit = pace.turn().await;
                    served.lock().unwrap_or_else(PoisonError::into_inner).push((round, number));
                    drop(permit);
                    tokio::task::yield_now().await;
                }
            });
        }
        while asking.join_next().await.is_some() {}
        let served = served.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(served.is_sorted(), "{served:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_falls_on_push_back_and_on_slower_answers_and_rises_again() {
        let pace = Pace::new(None);
        pace.pushed_back();
        pace.pushed_back();
        assert!((rate(&pace) - START / 2.0).abs() < 1e-9, "one cut a second");
        tokio::time::advance(Duration::from_secs(2)).await;
        for millis in [5, 200] {
            for _ in 0..WINDOW {
                pace.answered(Kind::List, Duration::from_millis(millis));
            }
        }
        let fallen = rate(&pace);
        assert!(fallen < START / 2.0);
        pace.lock().starved = true;
        for _ in 0..WINDOW {
            pace.answered(Kind::Log, Duration::from_millis(5));
        }
        assert!(rate(&pace) > fallen);
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_holds_everybody() {
        let pace = Pace::new(None);
        let start = Instant::now();
        pace.hold(start + Duration::from_secs(3));
        pace.turn().await;
        assert!(start.elapsed() >= Duration::from_secs(3));
    }
}
