//! Whether a probe speaks another protocol than the port it asks.

use tarbox_model::Context;
use tarbox_model::finding::Finding;
use tarbox_model::object::Probe;

use super::failing::{Answer, Failing, Kind, failing, port};
use super::ports::resolve;

/// Findings about the probes of these kinds that speak the wrong protocol.
pub(super) fn findings(context: &Context<'_>, kinds: &[Kind]) -> Vec<Finding> {
    let all = failing(context);
    let mut findings = Vec::new();
    for probe in all.iter().filter(|f| kinds.contains(&f.kind)) {
        let Some((why, right)) = wrong(probe) else { continue };
        let twin =
            |o: &&Failing<'_>| std::ptr::eq(o.pod, probe.pod) && o.view.spec.name == probe.view.spec.name && o.kind != Kind::Readiness;
        if probe.kind == Kind::Readiness && all.iter().filter(twin).any(|o| port(o.probe) == port(probe.probe) && wrong(o).is_some()) {
            continue;
        }
        findings.push(finding(probe, &why, right.as_deref()));
    }
    findings
}

/// Why the protocol is wrong, and what a gRPC probe that would fit asks, as JSON.
fn wrong(probe: &Failing<'_>) -> Option<(String, Option<String>)> {
    let number = port(probe.probe).and_then(|(p, _)| resolve(&p, &probe.view));
    let others = [Kind::Liveness, Kind::Readiness, Kind::Startup].into_iter().filter(|k| *k != probe.kind);
    let sound = others
        .filter_map(|k| Some((k, k.of(&probe.view)?)))
        .find(|(_, p)| protocol(p) != protocol(probe.probe) && port(p).and_then(|(p, _)| resolve(&p, &probe.view)) == number);
    let other = sound
        .map(|(k, p)| format!("; the {} probe asks the same port by {}", k.name().to_ascii_lowercase(), protocol(p)))
        .unwrap_or_default();
    let grpc = number.map(|n| format!("{{\"port\":{n}}}"));
    let message = probe.message;
    let (why, right) = if message.contains("malformed HTTP") || message.contains("transport connection broken") {
        let speaks_http2 = message.contains("\\x00\\x00");
        let what = if speaks_http2 { "bytes that look like HTTP/2, as gRPC speaks it" } else { "bytes that are not HTTP" };
        (
            format!("an HTTP request was answered by {what}{other}"),
            grpc.filter(|_| speaks_http2 || sound.is_some_and(|(_, p)| p.grpc.is_some())),
        )
    } else if message.contains("server gave HTTP response to HTTPS client")
        || message.contains("first record does not look like a TLS handshake")
    {
        (format!("the probe speaks HTTPS, the port plain HTTP{other}"), None)
    } else if message.contains("does not implement the grpc health protocol") {
        (format!("the port speaks gRPC but offers no health service{other}"), None)
    } else if probe.answer == Answer::Status(400) && probe.message.to_ascii_lowercase().contains("https") {
        (format!("the probe speaks HTTP, the port HTTPS{other}"), None)
    } else if probe.probe.grpc.is_some() && sound.is_some() && probe.answer == Answer::Refused {
        // A gRPC client reports a server that speaks something else as a connection that fails.
        (format!("no gRPC connection comes about{other}"), None)
    } else {
        return None;
    };
    Some((why, right))
}

/// The protocol of a probe, in words.
fn protocol(probe: &Probe) -> &'static str {
    match probe {
        Probe { http_get: Some(http), .. } if http.scheme == "HTTPS" => "HTTPS",
        Probe { http_get: Some(_), .. } => "HTTP",
        Probe { grpc: Some(_), .. } => "gRPC",
        Probe { tcp_socket: Some(_), .. } => "TCP",
        _ => "a command",
    }
}

fn finding(probe: &Failing<'_>, why: &str, right: Option<&str>) -> Finding {
    let (kind, container) = (probe.kind.name(), probe.view.spec.name.as_str());
    let consequence = match probe.kind {
        Kind::Readiness => "the pod never gets traffic",
        _ => "the kubelet restarts the container again and again",
    };
    let (field, scheme) = match probe.probe {
        Probe { http_get: Some(http), .. } => ("/httpGet/port", (http.scheme == "HTTPS").then_some("\"HTTP\"")),
        Probe { grpc: Some(_), .. } => ("/grpc/port", None),
        _ => ("/tcpSocket/port", None),
    };
    let asked = port(probe.probe).map_or_else(String::new, |(p, _)| p.to_string());
    let mut finding = probe
        .finding(format!("{kind} probe of `{}` speaks {} to a port that does not", probe.owner().name, protocol(probe.probe)))
        .summary(format!(
            "The {} probe tries {} of container `{container}`: {why}. So {consequence}.",
            kind.to_ascii_lowercase(),
            probe.asks()
        ))
        .confidence(0.95)
        .evidence([probe.pod.evidence(probe.pointer(field), asked)]);
    if let Some(scheme) = scheme {
        finding = finding.remedy("Let the probe speak HTTP. This starts new pods.", probe.patch("/httpGet/scheme", scheme));
    } else if let Some(right) = right {
        finding = finding.remedy("Let the probe speak gRPC. This starts new pods.", probe.ask_by("grpc", right));
    }
    finding.remedy(
        "Or ask only whether the port accepts connections, which every protocol answers.",
        probe.ask_by("tcpSocket", &format!("{{\"port\":{}}}", port(probe.probe).and_then(|(p, _)| resolve(&p, &probe.view)).unwrap_or(0))),
    )
}
