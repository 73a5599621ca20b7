//! When to stop asking: Ctrl-C, SIGTERM, the run's deadline, or a disk that takes no more. One switch that every waiting task watches.
use std::{fmt, time::Duration};
use tokio::{sync::watch, time::Instant};

/// Why the run stopped asking the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// The run's own deadline (`--deadline`).
    Deadline,
    /// The bundle could not be written any further.
    Output,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupted => "interrupted",
            Self::Deadline => "the run's deadline passed",
            Self::Output => "the bundle could not be written further",
        })
    }
}

/// The switch. The first reason wins; it never goes back.
#[derive(Debug)]
pub(crate) struct Stop {
    reason: watch::Sender<Option<StopReason>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// A switch that is not thrown yet.
    pub(crate) fn new() -> Self {
        Self { reason: watch::Sender::new(None) }
    }

    /// Throws the switch; later reasons are ignored.
    pub(crate) fn stop(&self, reason: StopReason) {
        self.reason.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// The reason, if the switch is thrown.
    pub(crate) fn reason(&self) -> Option<StopReason> {
        *self.reason.borrow()
    }

    /// Waits until the switch is thrown.
    pub(crate) async fn stopped(&self) -> StopReason {
        let mut watcher = self.reason.subscribe();
        loop {
            if let Some(reason) = *watcher.borrow_and_update() {
                return reason;
            }
            // The sender lives as long as `self`, so this cannot fail while we wait.
            if watcher.changed().await.is_err() {
                return StopReason::Interrupted;
            }
        }
    }

    /// Runs `work` unless the switch is thrown first.
    ///
    /// # Errors
    /// The reason, when the switch was thrown before `work` was done.
    pub(crate) async fn guard<T>(&self, work: impl Future<Output = T>) -> Result<T, StopReason> {
        tokio::select! {
            biased;
            reason = self.stopped() => Err(reason),
            done = work => Ok(done),
        }
    }

    /// Throws the switch when `after` has passed.
    pub(crate) async fn at_deadline(&self, after: Duration) {
        tokio::time::sleep_until(Instant::now() + after).await;
        self.stop(StopReason::Deadline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_wins_and_wakes_waiters() {
        let stop = Stop::new();
        assert_eq!(stop.guard(async { 1 }).await, Ok(1));
        stop.stop(StopReason::Deadline);
        stop.stop(StopReason::Interrupted);
        assert_eq!(stop.guard(std::future::pending::<()>()).await, Err(StopReason::Deadline));
    }
}
