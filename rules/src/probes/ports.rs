//! Whether a probe asks the wrong port: the port against what the container declares, what its log says it listens on,
//! and what its other probes ask.

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::{ContainerView, PortName};
use tarbox_model::{Context, Evidence};

use super::failing::{Answer, Failing, Kind, failing, port};
use crate::services::ports::heard_port;

/// Findings about the probes of these kinds that ask a port where nobody listens.
pub(super) fn findings(context: &Context<'_>, kinds: &[Kind]) -> Vec<Finding> {
    let all = failing(context);
    let mut findings = Vec::new();
    for probe in all.iter().filter(|f| kinds.contains(&f.kind)) {
        let Some(wrong) = wrong(context, probe) else { continue };
        // The same slip in both probes is one problem: the liveness probe, which also restarts, stands for both.
        let twin = |other: &Failing<'_>| {
            std::ptr::eq(other.pod, probe.pod)
                && other.view.spec.name == probe.view.spec.name
                && other.kind != Kind::Readiness
                && port(other.probe).map(|p| p.0) == port(probe.probe).map(|p| p.0)
        };
        if probe.kind == Kind::Readiness && all.iter().any(|o| twin(o) && self::wrong(context, o).is_some()) {
            continue;
        }
        findings.push(finding(probe, wrong));
    }
    findings
}

/// Whether a failing probe asks the wrong port.
pub(super) fn is_wrong(context: &Context<'_>, probe: &Failing<'_>) -> bool {
    wrong(context, probe).is_some()
}

/// What shows that a port is wrong.
struct Wrong {
    asked: PortName,
    field: &'static str,
    right: Option<i32>,
    why: Vec<String>,
    evidence: Vec<Evidence>,
    confidence: f64,
}

fn wrong(context: &Context<'_>, probe: &Failing<'_>) -> Option<Wrong> {
    if probe.answer != Answer::Refused {
        return None;
    }
    let (asked, field) = port(probe.probe)?;
    let declared: Vec<(i32, usize)> = probe.view.spec.ports.iter().enumerate().map(|(i, p)| (p.container_port, i)).collect();
    let number = resolve(&asked, &probe.view);
    let listening = listening(context, probe);
    let heard: BTreeSet<i32> = listening.iter().map(|(p, _)| *p).collect();
    if number.is_some_and(|n| heard.contains(&n)) {
        return None;
    }
    let undeclared = !declared.is_empty() && number.is_none_or(|n| declared.iter().all(|(d, _)| *d != n));
    let others = [Kind::Readiness, Kind::Liveness, Kind::Startup].into_iter().filter(|k| *k != probe.kind);
    let other = others.filter_map(|k| Some((k, resolve(&port(k.of(&probe.view)?)?.0, &probe.view)?))).find(|(_, p)| Some(*p) != number);
    let known = |p: &i32| declared.iter().any(|(d, _)| d == p) || other.is_some_and(|(_, o)| o == *p);
    let heard_right = listening.iter().find(|(p, _)| known(p)).or_else(|| listening.first());
    // A line about some other port (metrics, administration) proves nothing against a port that the container declares.
    let heard_elsewhere = heard_right.filter(|(p, _)| undeclared || known(p) || declared.is_empty());
    if !undeclared && heard_elsewhere.is_none() {
        return None;
    }
    let (mut why, mut evidence) = (Vec::new(), Vec::new());
    if let Some((p, line)) = heard_elsewhere {
        why.push(format!("its log says that it listens on {p}"));
        evidence.push(line.clone());
    }
    if undeclared {
        let ports: Vec<String> = declared.iter().map(|(d, _)| d.to_string()).collect();
        why.push(format!("it declares port {}", ports.join(", ")));
        evidence.extend(
            declared.first().map(|(d, i)| probe.pod.evidence(probe.view.spec_pointer(&format!("/ports/{i}/containerPort")), d.to_string())),
        );
    }
    if let Some((kind, p)) = other {
        why.push(format!("its {} probe asks {p}", kind.name().to_ascii_lowercase()));
    }
    let right = heard_elsewhere.map(|(p, _)| *p).or(other.map(|(_, p)| p)).or(declared.first().map(|(d, _)| *d));
    let confidence = if heard_elsewhere.is_some() { 0.97 } else { 0.93 };
    Some(Wrong { asked, field, right, why, evidence, confidence })
}

fn finding(probe: &Failing<'_>, wrong: Wrong) -> Finding {
    let (kind, container) = (probe.kind.name(), probe.view.spec.name.as_str());
    let port = &wrong.asked;
    let consequence = match probe.kind {
        Kind::Readiness => "the pod never gets traffic",
        _ => "the kubelet restarts the container again and again",
    };
    let mut finding = probe
        .finding(format!("{kind} probe of `{}` asks port {port}, where nobody listens", probe.owner().name))
        .summary(format!(
            "The {} probe tries {} of container `{container}`, and the connection is refused, so {consequence}. But {}.",
            kind.to_ascii_lowercase(),
            probe.asks(),
            wrong.why.join(", and "),
        ))
        .confidence(wrong.confidence)
        .evidence([probe.pod.evidence(probe.pointer(wrong.field), port.to_string())])
        .evidence(wrong.evidence);
    if let Some(right) = wrong.right {
        finding =
            finding.remedy(format!("Let the probe ask port {right}. This starts new pods."), probe.patch(wrong.field, &right.to_string()));
        for kind in [Kind::Readiness, Kind::Startup] {
            let twin = kind.of(&probe.view).and_then(super::failing::port).filter(|(p, _)| *p == wrong.asked && kind != probe.kind);
            if let Some((_, field)) = twin {
                let also = Failing { kind, ..probe.clone() };
                finding = finding.remedy(
                    format!("The {} probe has the same slip.", kind.name().to_ascii_lowercase()),
                    also.patch(field, &right.to_string()),
                );
            }
        }
    }
    finding
}

/// The number of a port; a name is looked up among the container's ports.
pub(super) fn resolve(port: &PortName, view: &ContainerView<'_>) -> Option<i32> {
    match port {
        PortName::Number(number) => Some(*number),
        PortName::Name(name) => {
            let named = view.spec.ports.iter().find(|p| p.name == *name).map(|p| p.container_port);
            named.or_else(|| name.parse().ok())
        }
    }
}

/// Ports that the container's log says it listens on, with the line.
pub(super) fn listening(context: &Context<'_>, probe: &Failing<'_>) -> Vec<(i32, Evidence)> {
    let reference = probe.pod.reference();
    let mut ports = Vec::new();
    for log in context.snapshot.logs_of(&reference, None).filter(|l| l.container == probe.view.spec.name || l.container.is_empty()) {
        for hit in log.hits_of("listening") {
            ports.extend(heard_port(hit).map(|p| (p, log.evidence(hit))));
        }
    }
    ports
}
