//! When meters are read: at the start, again and again over the run, and at its end, so that growth and throttling can be seen.
use crate::{
    discovery::Resource,
    run::Run,
    sources::{kubelet, metrics},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// Between two readings less time than this says nothing: kubelets measure every ten seconds or so.
const BETWEEN: Duration = Duration::from_secs(10);
/// The first pause; each is twice the one before.
const PAUSE: Duration = Duration::from_secs(15);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// Readings of one run.
const READINGS: u32 = 8;

/// Reads the meters until the rest of the run is `done`, and a last time then.
pub(crate) async fn take(run: &Arc<Run>, resources: &[Resource], mut done: watch::Receiver<bool>) {
    let started = Instant::now();
    let mut pause = PAUSE;
    for number in 0..READINGS {
        let metrics = metrics::sample(run, resources, number).await;
        let kubelets = kubelet::sample(run, number).await;
        let last = Instant::now();
        if !(metrics || kubelets) || run.gateway.stop().reason().is_some() {
            return;
        }
        let wait = async {
            tokio::select! {
                () = tokio::time::sleep(pause) => return true,
                // The sender lives as long as the run; were it gone, the run would be over.
                _ = done.wait_for(|done| *done) => {}
            }
            let end = (started + run.options.observe).max(Instant::now());
            if end < last + BETWEEN {
                return false;
            }
            let next = end.min((last + pause).max(Instant::now()));
            if next > Instant::now() + Duration::from_secs(1) {
                run.progress.say(&format!("waiting {} s for another reading of the meters (--observe)", (next - Instant::now()).as_secs()));
            }
            tokio::time::sleep_until(next).await;
            true
        };
        if !matches!(run.gateway.stop().guard(wait).await, Ok(true)) {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
