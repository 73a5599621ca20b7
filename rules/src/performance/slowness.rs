//! Whether a pod is seen to be slow: by its probes, its log, the answers of its Services, and by alerts.

use tarbox_model::facts::Alert;
use tarbox_model::object::{ContainerView, Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

/// How slowness was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Slowness {
    /// In words, one each: `12 probes got no answer in time`.
    pub(super) words: Vec<String>,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

/// Seconds after which a late answer no longer speaks of now.
pub(super) const RECENT: i64 = 1800;
/// Milliseconds from which on an answer is late.
pub(super) const LATE: u64 = 1000;

impl Slowness {
    fn add(&mut self, words: String, evidence: Evidence, first: Option<Timestamp>, last: Option<Timestamp>) {
        self.words.push(words);
        self.evidence.push(evidence);
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = [self.last, last].into_iter().flatten().max();
    }

    /// Whether nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Whether an event tells of a probe that got no answer in time.
fn is_late_probe(message: &str) -> bool {
    let late = ["Client.Timeout exceeded", "context deadline exceeded", "i/o timeout", "timed out", "health rpc did not complete within"];
    message.contains("probe") && late.iter().any(|words| message.contains(words)) && !message.contains("failed to connect")
}

/// Everything that shows a pod, or what stands for it, to be slow.
pub(super) fn slowness(context: &Context<'_>, pod: &Object<Pod>, workload: Option<&ObjectRef>) -> Slowness {
    let snapshot = context.snapshot;
    let mut seen = Slowness::default();
    let reference = pod.reference();
    let recent = |at: Option<Timestamp>| snapshot.age_seconds(at).is_none_or(|age| age <= RECENT);
    let (mut times, mut newest) = (0, None);
    for event in context.relations.events_about(snapshot, &reference) {
        if event.reason == "Unhealthy" && is_late_probe(&event.message) && recent(event.last_seen()) {
            times += event.times();
            newest = Some(event);
        }
    }
    if let Some(event) = newest {
        let words = if times == 1 { "1 probe got no answer in time".to_owned() } else { format!("{times} probes got no answer in time") };
        seen.add(words, event.evidence("/message", event.message.as_str()), event.first_seen(), event.last_seen());
    }
    for log in snapshot.logs_of(&reference, None) {
        for (signature, what) in [
            ("gunicorn-worker-timeout", "workers that hung were ended"),
            ("worker-timeout", "workers that hung were ended"),
            ("slow-request", "requests took a second or more"),
        ] {
            let hits: Vec<_> = log.hits_of(signature).filter(|h| recent(h.last.time)).collect();
            let count: u64 = hits.iter().map(|h| h.count).sum();
            if let Some(hit) = hits.first() {
                seen.add(format!("{count} {what}"), log.evidence(hit), hit.first.time, hit.last.time);
            }
        }
    }
    let Some(workload) = workload else { return seen };
    for service in context.relations.services_of(snapshot, workload) {
        let prefix = format!("{}/{}:", service.metadata.namespace, service.metadata.name);
        for answer in snapshot.http.iter().filter(|a| a.target.starts_with(&prefix) && (a.millis >= LATE || a.status == 504)) {
            let words = format!("`{}` answered after {} ms", answer.target, answer.millis);
            seen.add(words, answer.origin.at("/millis", answer.millis.to_string()), None, None);
        }
    }
    for alert in alerts_on(context, pod, workload).filter(|a| is_of_latency(a)) {
        seen.add(format!("an alert says: {}", alert.text), alert.evidence(), alert.since, snapshot.taken_at);
    }
    seen
}

/// Seconds after which a process that gets its CPU listens on its port.
const STARTED: i64 = 15;

/// Whether a container still listens on nothing, long after its process began. For those who know that it gets no CPU:
/// a process may be late for many reasons.
pub(super) fn late_start(context: &Context<'_>, pod: &Object<Pod>, view: &ContainerView<'_>) -> Slowness {
    let mut seen = Slowness::default();
    let status = view.status.map(|(_, _, status)| status).filter(|s| !s.ready);
    let since = status.and_then(|s| s.state.running.as_ref()?.started_at);
    let Some(age) = context.snapshot.age_seconds(since).filter(|age| *age >= STARTED) else { return seen };
    let refused = context
        .relations
        .events_about(context.snapshot, &pod.reference())
        .filter(|e| e.reason == "Unhealthy" && e.message.contains("connection refused"))
        .max_by_key(|e| e.last_seen());
    if let Some(event) = refused.filter(|e| e.container().is_none_or(|c| c == view.spec.name)) {
        let words = format!("it listens on nothing {age} s after it began");
        seen.add(words, event.evidence("/message", event.message.as_str()), event.first_seen(), event.last_seen());
    }
    seen
}

/// Alerts about a pod, its workload, its Services, or simply something of its name.
pub(super) fn alerts_on<'a>(context: &Context<'a>, pod: &'a Object<Pod>, workload: &'a ObjectRef) -> impl Iterator<Item = &'a Alert> {
    let (snapshot, relations) = (context.snapshot, context.relations);
    snapshot.alerts.iter().filter(move |alert| {
        let object = &alert.object;
        let near = object.namespace.is_empty() || object.namespace == workload.namespace;
        let same =
            object == workload || *object == pod.reference() || near && (object.name == workload.name || object.name == pod.metadata.name);
        same || object.kind == "Service" && relations.services_of(snapshot, workload).any(|s| s.metadata.name == object.name && near)
    })
}

/// Whether an alert complains of late answers.
pub(crate) fn is_of_latency(alert: &Alert) -> bool {
    let text = format!("{} {}", alert.name, alert.text).to_ascii_lowercase();
    ["latency", "slow response", "response time", "request duration", "p95", "p99"].iter().any(|w| text.contains(w))
}

/// Whether an alert complains of CPU that is held back.
pub(super) fn is_of_throttling(alert: &Alert) -> bool {
    let text = format!("{} {}", alert.name, alert.text).to_ascii_lowercase();
    text.contains("throttl")
}
