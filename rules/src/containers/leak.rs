//! Memory that only ever grows: seen in samples, in kills at a regular age, or in worker processes that are killed again and
//! again while their container stays up.

use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp, quantity};

use super::memory::{kills, limit, sample_evidence, samples};
use super::told::logs;

/// What shows that a container leaks.
#[derive(Debug, Clone)]
pub(super) enum Sign {
    /// Workers killed, out of a parent that lives on.
    Workers {
        /// How many.
        killed: u64,
    },
    /// Killed for its memory after much the same time, again and again.
    Regular {
        /// How long the last run lasted, in seconds.
        lasted: i64,
        /// How long a run lasts on average.
        average: i64,
    },
    /// Samples that grow.
    Growth {
        /// First.
        from: f64,
        /// Last.
        to: f64,
        /// Seconds between them.
        seconds: i64,
    },
}

/// A container that leaks.
#[derive(Debug, Clone)]
pub(super) struct Leak<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// The container.
    pub(super) view: ContainerView<'a>,
    /// What shows it.
    pub(super) sign: Sign,
    /// Where.
    pub(super) evidence: Vec<Evidence>,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

/// Workers that must have been killed before it counts.
const WORKERS: u64 = 2;
/// Seconds that a run must last: what is killed sooner needs that much from the start.
const LASTING: i64 = 300;

/// Every container that leaks at the bundle's time.
pub(super) fn leaks<'a>(context: &Context<'a>) -> Vec<Leak<'a>> {
    let kills = kills(context);
    let mut all = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot).filter(|(p, _)| p.is_active()) {
        for view in pod.containers().filter(|v| !v.init || v.is_sidecar()) {
            let kill = kills.iter().find(|k| std::ptr::eq(k.pod, pod) && k.view.spec.name == view.spec.name);
            if kill.is_some_and(|k| k.lasted.is_none_or(|s| s < 60)) {
                continue;
            }
            let regular = kill.and_then(|k| regular(context, pod, &view, k.lasted?, &k.evidence, k.at));
            let found = regular.or_else(|| workers(context, pod, &view)).or_else(|| growth(context, pod, &view));
            if let Some((sign, evidence, first, last)) = found {
                all.push(Leak { pod, workload, view, sign, evidence, first, last });
            }
        }
    }
    all
}

type Found = (Sign, Vec<Evidence>, Option<Timestamp>, Option<Timestamp>);

/// The last run lasted about as long as runs do on average, and longer than a start takes.
fn regular(
    context: &Context<'_>,
    pod: &Pod,
    view: &ContainerView<'_>,
    lasted: i64,
    evidence: &Evidence,
    at: Option<Timestamp>,
) -> Option<Found> {
    let restarts = view.status.map_or(0, |(_, _, s)| i64::from(s.restart_count));
    let began = pod.status.start_time.or(pod.metadata.creation_timestamp);
    let lived = at.or(context.snapshot.taken_at)?.as_second() - began?.as_second();
    let average = lived / restarts.max(1);
    // Within half of each other: a kill that load brought about comes when it likes.
    let even = lasted * 3 >= average * 2 && average * 3 >= lasted * 2;
    (restarts >= 2 && lasted >= LASTING && even).then(|| (Sign::Regular { lasted, average }, vec![evidence.clone()], began, at))
}

/// Workers that the kernel kills, not the parent for their silence.
fn workers(context: &Context<'_>, pod: &Object<Pod>, view: &ContainerView<'_>) -> Option<Found> {
    let mut found: Option<Found> = None;
    for log in logs(context, &pod.reference(), &view.spec.name) {
        let count = |signature: &str| log.hits_of(signature).map(|h| h.count).sum::<u64>();
        let killed = count("worker-killed").saturating_sub(count("gunicorn-worker-timeout"));
        let hits = || log.hits_of("worker-killed");
        if killed >= WORKERS && found.as_ref().is_none_or(|(sign, ..)| !matches!(sign, Sign::Workers { killed: k } if *k >= killed)) {
            let lines = hits().map(|h| log.evidence(h)).chain(hits().map(|h| log.line_evidence(&h.last))).take(2).collect();
            found = Some((Sign::Workers { killed }, lines, hits().find_map(|h| h.first.time), hits().filter_map(|h| h.last.time).max()));
        }
    }
    found
}

/// Samples of a run that is past its start, that grow at nearly every step, by a good part in all.
fn growth(context: &Context<'_>, pod: &Object<Pod>, view: &ContainerView<'_>) -> Option<Found> {
    let samples = samples(context, pod, &view.spec.name);
    let running = view.status.and_then(|(_, _, s)| s.state.running.as_ref()).and_then(|r| r.started_at);
    let ((from, first), (to, last)) = (samples.first()?, samples.last()?);
    let seconds = last.time?.as_second() - first.time?.as_second();
    let warm = running.is_some_and(|r| first.time.is_some_and(|t| t.as_second() - r.as_second() >= 600));
    let steps = samples.windows(2).filter(|w| matches!(w, [(a, _), (b, _)] if b >= a)).count();
    let steady = samples.len() >= 4 && steps * 10 >= (samples.len() - 1) * 9;
    let much = to - from >= 16.0 * 1_048_576.0 && *to >= from * 1.1;
    // At this pace the limit, if there is one, is reached within half a day.
    let soon = limit(view).is_none_or(|l| (l - to) / (to - from) * seconds as f64 <= 43_200.0);
    (warm && steady && much && soon && seconds >= 60).then(|| {
        let evidence = [samples.first(), samples.last()].into_iter().flatten().map(sample_evidence).collect();
        (Sign::Growth { from: *from, to: *to, seconds }, evidence, first.time, last.time)
    })
}

impl Sign {
    /// In words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Workers { killed } => format!(
                "{killed} of its worker processes were killed by the kernel (signal 9) while the container itself stayed up, so that neither restarts nor `OOMKilled` show it"
            ),
            Self::Regular { lasted, average } => {
                format!(
                    "it is killed for its memory again and again, the last time after {}, on average after {}: it does not start too large, it grows",
                    minutes(*lasted),
                    minutes(*average)
                )
            }
            Self::Growth { from, to, seconds } => {
                format!("its memory grew from {} to {} within {}", quantity::bytes(*from), quantity::bytes(*to), minutes(*seconds))
            }
        }
    }
}

fn minutes(seconds: i64) -> String {
    match seconds {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h", s / 3600),
    }
}
