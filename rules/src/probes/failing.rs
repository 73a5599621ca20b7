//! Probes that fail at the bundle's time, and how the container answers them.

use tarbox_model::finding::Finding;
use tarbox_model::object::{ContainerView, Event, Object, Pod, PortName, Probe};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use crate::commands::patch_template;

/// Which probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Takes the pod out of its Services.
    Readiness,
    /// Restarts the container.
    Liveness,
    /// Restarts the container that does not finish its start.
    Startup,
}

impl Kind {
    /// As events spell it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
            Self::Startup => "Startup",
        }
    }

    /// Its field in the container.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Readiness => "readinessProbe",
            Self::Liveness => "livenessProbe",
            Self::Startup => "startupProbe",
        }
    }

    /// The probe itself.
    pub(super) fn of<'a>(self, view: &ContainerView<'a>) -> Option<&'a Probe> {
        match self {
            Self::Readiness => view.spec.readiness_probe.as_ref(),
            Self::Liveness => view.spec.liveness_probe.as_ref(),
            Self::Startup => view.spec.startup_probe.as_ref(),
        }
    }
}

/// How a container answers a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nobody listens there.
    Refused,
    /// No answer in time.
    Timeout,
    /// An HTTP status.
    Status(u16),
    /// Another protocol than the probe's.
    Protocol,
    /// The command failed, or the service says that it does not serve.
    Unwell,
    /// Anything else.
    Other,
}

/// A probe that fails.
#[derive(Debug, Clone)]
pub(super) struct Failing<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// Its workload.
    pub(super) workload: Option<&'a ObjectRef>,
    /// The container.
    pub(super) view: ContainerView<'a>,
    /// Which probe.
    pub(super) kind: Kind,
    /// The probe.
    pub(super) probe: &'a Probe,
    /// The kubelet's words.
    pub(super) message: &'a str,
    /// Where they stand.
    pub(super) evidence: Evidence,
    /// How the container answers, by the newest event.
    pub(super) answer: Answer,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
    /// Failures that were recorded.
    pub(super) times: i64,
    /// Whether the kubelet has restarted the container for it.
    pub(super) restarts: bool,
}

/// Seconds for which a failed probe of a pod that is ready again still counts.
const RECENT: i64 = 300;

/// Every probe that fails at the bundle's time: the container runs, and is not ready, or is restarted for it.
pub(super) fn failing<'a>(context: &Context<'a>) -> Vec<Failing<'a>> {
    let mut all = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() {
            continue;
        }
        // Most pods have none of these, and are done with.
        let events: Vec<_> = context
            .relations
            .events_about(context.snapshot, &pod.reference())
            .filter(|event| matches!(event.reason.as_str(), "Unhealthy" | "Killing") && is_of(event, pod))
            .collect();
        if events.is_empty() {
            continue;
        }
        for view in pod.containers() {
            for kind in [Kind::Liveness, Kind::Startup, Kind::Readiness] {
                let Some(probe) = kind.of(&view) else { continue };
                all.extend(one(context, &events, (pod, workload), view, kind, probe));
            }
        }
    }
    all
}

/// Whether an event is about this pod, not about an earlier one of its name.
fn is_of(event: &Event, pod: &Pod) -> bool {
    let uid = &event.involved_object.uid;
    uid.is_empty() || pod.metadata.uid.is_empty() || *uid == pod.metadata.uid
}

/// One probe, by the events about its pod that probes cause.
fn one<'a>(
    context: &Context<'a>,
    events: &[&'a Object<Event>],
    (pod, workload): (&'a Object<Pod>, Option<&'a ObjectRef>),
    view: ContainerView<'a>,
    kind: Kind,
    probe: &'a Probe,
) -> Option<Failing<'a>> {
    let (_, _, status) = view.status?;
    let start = format!("{} probe ", kind.name());
    let words = format!("Container {} failed {} probe", view.spec.name, kind.name().to_ascii_lowercase());
    let single = pod.containers().filter(|v| kind.of(v).is_some()).count() == 1;
    let mine = |c: Option<&str>| c.map_or(single, |c| c == view.spec.name);
    let (mut newest, mut times) = (None, 0);
    // The kubelet says why it restarts a container; where its word of the failed probe has gone, that is left.
    let mut killed: Option<&Object<Event>> = None;
    let (mut first, mut last): (Option<Timestamp>, Option<Timestamp>) = (None, None);
    for &event in events {
        if event.reason == "Unhealthy" && event.message.starts_with(&start) && mine(event.container()) {
            (first, last) =
                ([first, event.first_seen()].into_iter().flatten().min(), [last, event.last_seen()].into_iter().flatten().max());
            times += event.times();
            // A reset or closed connection is what a container leaves behind that is just being stopped.
            let passing = event.message.contains("connection reset by peer") || event.message.contains("CONTAINER_EXITED");
            if newest.is_none() || !passing {
                newest = Some(event);
            }
        }
        if event.reason == "Killing" && event.message.starts_with(&words) {
            killed = Some(event);
        }
    }
    let restarts = killed.is_some();
    let event = newest.or(killed)?;
    if let (None, Some(killed)) = (newest, killed) {
        (first, last, times) = (killed.first_seen(), killed.last_seen(), killed.times());
    }
    let recent = context.snapshot.age_seconds(last).is_none_or(|age| age <= RECENT);
    let holds = match kind {
        Kind::Readiness => !status.ready && status.state.running.is_some(),
        _ => (restarts || status.restart_count > 0) && (recent || !status.ready),
    };
    // A container that has begun only now may still be on its way.
    let young = context.snapshot.age_seconds(status.state.running.as_ref().and_then(|r| r.started_at)).is_some_and(|age| age < 10);
    if !holds || (young && status.restart_count == 0) {
        return None;
    }
    let evidence = event.evidence("/message", event.message.as_str());
    Some(Failing {
        pod,
        workload,
        view,
        kind,
        probe,
        message: &event.message,
        evidence,
        answer: answer(&event.message),
        first,
        last,
        times,
        restarts,
    })
}

/// How the container answers, by the kubelet's words of every version.
pub(super) fn answer(message: &str) -> Answer {
    let says = |words: &[&str]| words.iter().any(|w| message.contains(w));
    if let Some((_, code)) = message.split_once("HTTP probe failed with statuscode: ") {
        let digits = code.split(|c: char| !c.is_ascii_digit()).next().and_then(|c| c.parse().ok());
        return digits.map_or(Answer::Other, Answer::Status);
    }
    if says(&[
        "malformed HTTP",
        "transport connection broken",
        "server gave HTTP response to HTTPS client",
        "does not implement the grpc health protocol",
        "tls: first record does not look like a TLS handshake",
        "http2: ",
    ]) {
        Answer::Protocol
    } else if says(&["connection refused", "failed to connect service"]) {
        Answer::Refused
    } else if says(&["deadline exceeded", "Client.Timeout", "timed out", "i/o timeout", "did not complete within"]) {
        Answer::Timeout
    } else if says(&["NOT_SERVING", "exit status", "command ", "not responding"]) {
        Answer::Unwell
    } else {
        Answer::Other
    }
}

impl Failing<'_> {
    /// Workload, or the pod itself.
    pub(super) fn owner(&self) -> ObjectRef {
        self.workload.cloned().unwrap_or_else(|| self.pod.reference())
    }

    /// What the probe asks, in words: `GET /healthz on port 8080`.
    pub(super) fn asks(&self) -> String {
        describe(self.probe)
    }

    /// What all findings about a probe share.
    pub(super) fn finding(&self, title: String) -> Finding {
        Finding::new(self.pod.reference(), title, self.evidence.clone()).workload(self.workload.cloned()).seen(self.first, self.last)
    }

    /// JSON pointer into the probe.
    pub(super) fn pointer(&self, suffix: &str) -> String {
        self.view.spec_pointer(&format!("/{}{suffix}", self.kind.field()))
    }

    /// A command that sets one value of the probe.
    pub(super) fn patch(&self, field: &str, value: &str) -> String {
        patch_template(&self.owner(), &[self.operation("add", field, Some(value))])
    }

    /// A command that lets the probe ask in another way (`grpc`), with the same patience.
    pub(super) fn ask_by(&self, handler: &str, value: &str) -> String {
        let handlers = [
            ("httpGet", self.probe.http_get.is_some()),
            ("tcpSocket", self.probe.tcp_socket.is_some()),
            ("grpc", self.probe.grpc.is_some()),
            ("exec", self.probe.exec.is_some()),
        ];
        let old = handlers.iter().filter(|(name, there)| *there && *name != handler);
        let mut operations: Vec<String> = old.map(|(name, _)| self.operation("remove", &format!("/{name}"), None)).collect();
        operations.push(self.operation("add", &format!("/{handler}"), Some(value)));
        patch_template(&self.owner(), &operations)
    }

    fn operation(&self, op: &str, field: &str, value: Option<&str>) -> String {
        let pointer = self.pointer(field);
        let value = value.map(|v| format!(",\"value\":{v}")).unwrap_or_default();
        format!("{{\"op\":\"{op}\",\"path\":\"TEMPLATE{}\"{value}}}", pointer.strip_prefix("/spec").unwrap_or(&pointer))
    }
}

/// What a probe asks, in words.
pub(super) fn describe(probe: &Probe) -> String {
    if let Some(http) = &probe.http_get {
        let scheme = if http.scheme == "HTTPS" { " over HTTPS" } else { "" };
        format!("GET {} on port {}{scheme}", if http.path.is_empty() { "/" } else { &http.path }, http.port)
    } else if let Some(tcp) = &probe.tcp_socket {
        format!("a TCP connection to port {}", tcp.port)
    } else if let Some(grpc) = &probe.grpc {
        format!("gRPC health on port {}", grpc.port)
    } else if let Some(exec) = &probe.exec {
        format!("the command `{}`", exec.command.join(" "))
    } else {
        "nothing".to_owned()
    }
}

/// The port that a probe asks, with its field.
pub(super) fn port(probe: &Probe) -> Option<(PortName, &'static str)> {
    let http = probe.http_get.as_ref().map(|h| (h.port.clone(), "/httpGet/port"));
    let tcp = probe.tcp_socket.as_ref().map(|t| (t.port.clone(), "/tcpSocket/port"));
    http.or(tcp).or_else(|| probe.grpc.as_ref().map(|g| (PortName::Number(g.port), "/grpc/port")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_kubelets_words_of_every_version() {
        for (message, expected) in [
            (
                "Readiness probe failed: Get \"http://10.1.0.2:5001/api/health\": dial tcp 10.1.0.2:5001: connect: connection refused",
                Answer::Refused,
            ),
            (
                "Liveness probe failed: timeout: failed to connect service \"10.1.0.2:5051\" within 1s: context deadline exceeded",
                Answer::Refused,
            ),
            (
                "Liveness probe failed: Get \"http://10.1.0.2:5000/\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                Answer::Timeout,
            ),
            ("Liveness probe failed: timeout: health rpc did not complete within 1s", Answer::Timeout),
            (
                "Readiness probe errored: rpc error: code = DeadlineExceeded desc = failed to exec in container: timeout 1s exceeded: context deadline exceeded",
                Answer::Timeout,
            ),
            ("Readiness probe failed: HTTP probe failed with statuscode: 503", Answer::Status(503)),
            (
                "Readiness probe failed: Get \"http://10.1.0.2:9555/\": net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"\\x00\"",
                Answer::Protocol,
            ),
            (
                "Liveness probe failed: error: this server does not implement the grpc health protocol (grpc.health.v1.Health)",
                Answer::Protocol,
            ),
            ("Readiness probe failed: Get \"https://10.1.0.2:8080/\": http: server gave HTTP response to HTTPS client", Answer::Protocol),
            ("Liveness probe failed: service unhealthy (responded with \"NOT_SERVING\")", Answer::Unwell),
            ("Startup probe failed: cat: can't open '/tmp/ready': No such file or directory", Answer::Other),
        ] {
            assert_eq!(answer(message), expected, "{message}");
        }
    }
}
