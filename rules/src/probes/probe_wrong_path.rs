//! # probe-wrong-path
//!
//! A probe asks for a path that the application does not have.
//!
//! ## What it detects
//! HTTP probes that are answered with 404, 405 or 410: somebody listens and speaks HTTP, but knows no such path. Other probes
//! of the container show what may have been meant.
//!
//! ## Why it happens
//! A typing error, a path that changed with a new version, or a prefix that only the ingress adds.
//!
//! ## How to confirm
//! `kubectl exec NAME -- curl -i localhost:PORT/PATH`.
//!
//! ## How to fix
//! Give the probe the path that the application serves.
//!
//! ## When it stays silent
//! When the status is 5xx (the application is unwell, and says so) or 401 and 403 (the path may exist).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::failing::{Answer, Failing, Kind, failing};
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "probe-wrong-path",
    title: "A probe asks for a path that the application does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Health Check Failures",
    needs: &[Need::Objects("pods"), Need::Objects("events")],
    produces: &[Effect::ProbeFails],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let all = failing(context);
    let wrong = |f: &&Failing<'_>| matches!(f.answer, Answer::Status(404 | 405 | 410)) && f.probe.http_get.is_some();
    let mut findings = Vec::new();
    for probe in all.iter().filter(wrong) {
        let Some(http) = &probe.probe.http_get else { continue };
        let twin =
            |o: &&Failing<'_>| std::ptr::eq(o.pod, probe.pod) && o.view.spec.name == probe.view.spec.name && o.kind != Kind::Readiness;
        if probe.kind == Kind::Readiness && all.iter().filter(wrong).filter(twin).any(|o| o.probe.http_get == probe.probe.http_get) {
            continue;
        }
        let kinds = [Kind::Readiness, Kind::Liveness, Kind::Startup].into_iter().filter(|k| *k != probe.kind);
        let other = kinds.filter_map(|k| k.of(&probe.view)?.http_get.as_ref()).map(|h| h.path.as_str()).find(|p| *p != http.path);
        let hint = other.map(|p| format!(" Another probe of the container asks `{p}`.")).unwrap_or_default();
        let Answer::Status(status) = probe.answer else { continue };
        findings.push(
            probe
                .finding(format!("{} probe of `{}` asks for `{}`, which does not exist", probe.kind.name(), probe.owner().name, http.path))
                .summary(format!(
                    "The probe tries {} of container `{}` and is answered with {status}: somebody listens, but has no such path.{hint}",
                    probe.asks(),
                    probe.view.spec.name
                ))
                .confidence(0.93)
                .evidence([probe.pod.evidence(probe.pointer("/httpGet/path"), http.path.as_str())])
                .remedy(
                    "Give the probe the path that the application serves. This starts new pods.",
                    other.map_or_else(|| edit(&probe.owner()), |path| probe.patch("/httpGet/path", &format!("\"{path}\""))),
                ),
        );
    }
    findings
}
