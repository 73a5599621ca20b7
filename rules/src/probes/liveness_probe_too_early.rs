//! # liveness-probe-too-early
//!
//! A liveness probe ends a container before it has finished its start.
//!
//! ## What it detects
//! Containers that the kubelet kills, again and again, at the first moment at which their liveness (or startup) probe
//! allows it: *initialDelaySeconds* + *periodSeconds* × (*failureThreshold* − 1) + *timeoutSeconds*. Where the log tells
//! when the process was ready to serve, the two times are compared.
//!
//! ## Why it happens
//! The start takes longer than the probe's patience: a slow node, migrations, a cold cache, or a delay of a few seconds that
//! was enough on somebody's laptop.
//!
//! ## How to confirm
//! `kubectl describe pod NAME`: *Started* and *Finished* of the last state lie about as far apart as the formula says.
//!
//! ## How to fix
//! Add a startup probe, which holds the others back until the start is done; or give the liveness probe a longer delay.
//!
//! ## When it stays silent
//! When the probe asks the wrong port, path or protocol, when the log shows why the process is unwell (without its log this is less
//! sure), and when the probe's patience is half a minute or more and nothing shows that the start takes longer.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Answer, Failing, Kind, failing};
use super::patience::{has_another_reason, is_logged, last_run, start_up, window};
use super::ports;

/// The rule.
pub static RULE: Rule = Rule {
    id: "liveness-probe-too-early",
    title: "A liveness probe ends a container before it has finished its start",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Adjust probe timing",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ProbeFails],
    explained_by: &[Effect::Slow, Effect::Exits, Effect::DependencyDown, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    failing(context).iter().filter(|f| f.kind != Kind::Readiness).filter_map(|f| finding(context, f)).collect()
}

/// Patience in seconds from which on a probe does not count as hasty without further proof.
const PATIENT: i64 = 30;

fn finding(context: &Context<'_>, probe: &Failing<'_>) -> Option<Finding> {
    let (window, (lasted, code, pointer)) = (window(probe.probe), last_run(probe)?);
    let grace = probe.pod.spec.termination_grace_period_seconds.unwrap_or(30);
    let at_first_chance = lasted <= window + grace + 10;
    let unheard = matches!(probe.answer, Answer::Refused | Answer::Timeout);
    let start = start_up(context, probe);
    let too_long = start.as_ref().is_some_and(|(s, _)| *s >= window);
    let hasty = window < PATIENT || too_long;
    let restarts = probe.view.status.map_or(0, |(_, _, s)| s.restart_count);
    if !(probe.restarts && restarts > 0 && unheard && at_first_chance && hasty) {
        return None;
    }
    if ports::is_wrong(context, probe) || has_another_reason(context, probe) {
        return None;
    }
    let (kind, container) = (probe.kind.name().to_ascii_lowercase(), probe.view.spec.name.as_str());
    let took = match &start {
        Some((s, _)) if *s > 0 => format!(" By its log, it was ready to serve after {s} s."),
        _ => String::new(),
    };
    let confidence = match (window <= 10, is_logged(context, probe)) {
        _ if too_long => 0.92,
        (true, true) => 0.85,
        (true, false) => 0.7,
        (false, true) => 0.65,
        (false, false) => 0.6,
    };
    let longer = (lasted.max(start.as_ref().map_or(0, |(s, _)| *s)) * 2).max(30);
    let period = probe.probe.period_seconds.unwrap_or(10).max(1);
    let (owner, startup) = (probe.owner(), Failing { kind: Kind::Startup, ..probe.clone() });
    let same = probe.probe.http_get.as_ref().map(|h| format!("\"httpGet\":{{\"path\":\"{}\",\"port\":{}}}", h.path, quoted(&h.port)));
    let same = same.or_else(|| probe.probe.tcp_socket.as_ref().map(|t| format!("\"tcpSocket\":{{\"port\":{}}}", quoted(&t.port))));
    let same = same.or_else(|| probe.probe.grpc.as_ref().map(|g| format!("\"grpc\":{{\"port\":{}}}", g.port)));
    let mut finding = probe
        .finding(format!("The {kind} probe of `{}` ends it before it has finished its start", owner.name))
        .summary(format!(
            "The probe allows {window} s from the start of container `{container}` to its end; the last run was ended after {lasted} s, {restarts} restarts so far.{took}"
        ))
        .confidence(confidence)
        .evidence([probe.pod.evidence(format!("{}/exitCode", probe.view.status_pointer(pointer)), code.to_string())])
        .evidence(start.map(|(_, evidence)| evidence));
    if let Some(same) = same.filter(|_| probe.kind == Kind::Liveness && probe.view.spec.startup_probe.is_none()) {
        let tries = longer / period + 1;
        finding = finding.remedy(
            "Add a startup probe: it holds the liveness probe back until the start is done. This starts new pods.",
            startup.patch("", &format!("{{{same},\"periodSeconds\":{period},\"failureThreshold\":{tries}}}")),
        );
    }
    Some(finding.remedy(
        "Or let the probe wait longer before its first try. This starts new pods.",
        probe.patch("/initialDelaySeconds", &longer.to_string()),
    ))
}

/// A port as JSON.
fn quoted(port: &tarbox_model::object::PortName) -> String {
    match port {
        tarbox_model::object::PortName::Number(n) => n.to_string(),
        tarbox_model::object::PortName::Name(name) => format!("\"{name}\""),
    }
}
