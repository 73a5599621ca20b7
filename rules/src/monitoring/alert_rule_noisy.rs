//! # alert-rule-noisy
//!
//! Alert rules cry wolf.
//!
//! ## What it detects
//! Alerts in PrometheusRules that fire at the first sample (no `for`, and no window of time in the expression), that have no
//! severity by which they could be routed, or whose expression always yields something.
//!
//! ## Why it happens
//! Without `for` a single missed scrape or a pod that is replaced is an alert; during every rollout a storm of them. People
//! then learn to look away.
//!
//! ## How to confirm
//! `kubectl get prometheusrules -A -o yaml`; in Prometheus, `sum by (alertname) (changes(ALERTS_FOR_STATE[1d]))`.
//!
//! ## How to fix
//! Give each alert a `for` that outlasts a rollout (five minutes and more), and a label `severity`; let Alertmanager inhibit
//! warnings while the critical alert of the same thing fires.
//!
//! ## When it stays silent
//! For recording rules, for alerts over a window (`[5m]`, `…_over_time`) as to `for`, and for the watchdog that is to fire
//! always.

use serde_json::Value;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use super::monitors::GROUP;
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "alert-rule-noisy",
    title: "Alert rules cry wolf",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Alert Fatigue",
    needs: &[Need::AnyOf(&["prometheusrules", "services", "pods"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.custom_of(GROUP, "PrometheusRule").filter_map(finding).collect()
}

/// What makes an alert noisy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Noise {
    /// The expression always yields something.
    Always,
    /// It fires at the first sample.
    AtOnce,
    /// It has no severity.
    Unrouted,
}

fn noise(rule: &Value) -> Option<Noise> {
    let name = rule.get("alert")?.as_str()?;
    let expression = rule.get("expr").map(|e| e.as_str().map_or_else(|| e.to_string(), str::to_owned)).unwrap_or_default();
    let squeezed: String = expression.chars().filter(|c| !c.is_whitespace()).collect();
    let meant = ["Watchdog", "DeadMansSwitch", "DeadManSwitch", "InfoInhibitor", "AlwaysFiring"].contains(&name);
    let wait = rule.get("for").map(|f| f.as_str().map_or_else(|| f.to_string(), str::to_owned)).unwrap_or_default();
    let over_time = expression.contains('[') || expression.contains("_over_time") || expression.contains(" offset ");
    let at_once = wait.chars().all(|c| !('1'..='9').contains(&c)) && !over_time;
    let severity = rule.pointer("/labels/severity").and_then(Value::as_str).is_some_and(|s| !s.is_empty());
    match () {
        () if meant => None,
        () if squeezed == "vector(1)" || squeezed.parse::<f64>().is_ok_and(|n| n != 0.0) => Some(Noise::Always),
        () if at_once => Some(Noise::AtOnce),
        () if !severity => Some(Noise::Unrouted),
        () => None,
    }
}

fn finding(object: &Custom) -> Option<Finding> {
    let mut noisy: Vec<(Noise, String, &str)> = Vec::new();
    for (g, group) in object.get("/spec/groups").and_then(Value::as_array).into_iter().flatten().enumerate() {
        for (r, rule) in group.get("rules").and_then(Value::as_array).into_iter().flatten().enumerate() {
            if let (Some(noise), Some(name)) = (noise(rule), rule.get("alert").and_then(Value::as_str)) {
                noisy.push((noise, format!("/spec/groups/{g}/rules/{r}"), name));
            }
        }
    }
    let names = |wanted: Noise| noisy.iter().filter(|(noise, _, _)| *noise == wanted).map(|(_, _, name)| *name).collect::<Vec<_>>();
    let told = [
        (Noise::Always, "fires always, whatever happens"),
        (Noise::AtOnce, "fires at the first sample (no `for`): one missed scrape, or a pod that is replaced, is an alert"),
        (Noise::Unrouted, "has no label `severity`: nobody can tell whom to wake"),
    ];
    let told: Vec<String> = told
        .iter()
        .map(|(noise, words)| (names(*noise), words))
        .filter(|(n, _)| !n.is_empty())
        .map(|(n, words)| format!("{} {words}.", listed(n)))
        .collect();
    let (_, pointer, first) = noisy.iter().min_by_key(|(noise, pointer, _)| (*noise, pointer.len(), pointer.clone()))?;
    let (name, namespace) = (object.metadata.name.as_str(), object.metadata.namespace.as_str());
    let fix = if names(Noise::AtOnce).is_empty() { "/labels\",\"value\":{\"severity\":\"warning\"}" } else { "/for\",\"value\":\"5m\"" };
    let target = noisy.iter().find(|(noise, _, _)| *noise == if names(Noise::AtOnce).is_empty() { Noise::Unrouted } else { Noise::AtOnce });
    let mut finding = Finding::new(
        object.reference(),
        format!("{} of PrometheusRule `{name}` will cry wolf", counted(noisy.len(), "alert")),
        object.origin.at(format!("{pointer}/alert"), *first),
    )
    .summary(told.join(" "))
    .confidence(0.8);
    if let Some((_, pointer, alert)) = target {
        finding = finding.remedy(
            format!("For `{alert}`, and likewise for the others. Prometheus follows within a minute."),
            format!("kubectl patch prometheusrule {name} -n {namespace} --type=json -p '[{{\"op\":\"add\",\"path\":\"{pointer}{fix}}}]'"),
        );
    }
    Some(finding.remedy("Correct the rules where they are kept.", format!("kubectl edit prometheusrule {name} -n {namespace}")))
}
