//! # rbac-forbidden
//!
//! A program may not do what it tries at the Kubernetes API.
//!
//! ## What it detects
//! `… is forbidden: User … cannot VERB resource …` in logs and events, compared with the Roles and bindings of the cluster: a
//! Role that lacks the verb, a binding to a Role that does not exist, a binding that names another service account, or no
//! binding at all. The missing rule is given as YAML.
//!
//! ## Why it happens
//! The program has learned something new and its Role has not; it runs under the service account `default`; Role and account
//! stand in different namespaces; a Role is needed for the whole cluster and is bound in one namespace.
//!
//! ## How to confirm
//! `kubectl auth can-i VERB RESOURCE -n NAMESPACE --as=system:serviceaccount:NAMESPACE:NAME`.
//!
//! ## How to fix
//! Apply the missing rule. It takes effect at once, and nothing restarts.
//!
//! ## When it stays silent
//! When Roles and bindings allow it by now, when the client has not complained lately, and for visitors that are not logged
//! in at all (credentials-expired).

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, Timestamp};

use super::forbidden::{Forbidden, Standing, reason, standing};
use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "rbac-forbidden",
    title: "A program may not do what it tries at the Kubernetes API",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Kubeconfig Issues",
    needs: &[Need::AnyOf(&["logs", "events"])],
    produces: &[Effect::Exits, Effect::DependencyDown],
    explained_by: &[Effect::ControlPlaneDown],
    check,
};

/// Seconds after which an event no longer speaks of now.
const RECENT: i64 = 1800;

/// What one user may not do, by whom it was told.
#[derive(Default)]
struct Told {
    things: BTreeSet<Forbidden>,
    evidence: Vec<Evidence>,
    workload: Option<ObjectRef>,
    subject: Option<ObjectRef>,
    seen: Vec<Timestamp>,
    count: u64,
    unwell: bool,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut by_user: BTreeMap<String, Told> = BTreeMap::new();
    for complaint in complaints(context, |hit| hit.signature == "api-forbidden") {
        let Some(thing) = Forbidden::heard(complaint.hit).filter(|f| f.user != "system:anonymous") else { continue };
        let told = by_user.entry(thing.user.clone()).or_default();
        told.things.insert(thing);
        told.evidence.push(complaint.log.evidence(complaint.hit));
        told.workload = told.workload.take().or(complaint.workload.clone());
        told.unwell |= snapshot.pod(&complaint.pod.namespace, &complaint.pod.name).is_some_and(|p| !p.is_ready());
        told.subject.get_or_insert(complaint.pod.clone());
        told.seen.extend([complaint.hit.first.time, complaint.hit.last.time].into_iter().flatten());
        told.count += complaint.hit.count;
    }
    for event in snapshot.events.iter().filter(|e| snapshot.age_seconds(e.last_seen()).is_none_or(|age| age < RECENT)) {
        let Some(thing) = Forbidden::told(&event.message).filter(|f| f.user != "system:anonymous") else { continue };
        let told = by_user.entry(thing.user.clone()).or_default();
        told.things.insert(thing);
        told.evidence.push(event.evidence("/message", event.message.as_str()));
        told.subject.get_or_insert(event.about());
        told.seen.extend([event.first_seen(), event.last_seen()].into_iter().flatten());
        told.count += u64::try_from(event.times()).unwrap_or(1);
    }
    by_user.into_iter().filter_map(|(user, told)| finding(context, &user, told)).collect()
}

fn finding(context: &Context<'_>, user: &str, told: Told) -> Option<Finding> {
    let standings: Vec<(&Forbidden, Standing<'_>)> =
        told.things.iter().map(|f| (f, standing(context, f))).filter(|(_, s)| !s.allowed).collect();
    let (first, state) = standings.first()?;
    let account = first.service_account();
    let who = account.as_ref().map_or_else(|| format!("User `{user}`"), |a| format!("ServiceAccount `{}/{}`", a.namespace, a.name));
    let words: Vec<String> = standings.iter().map(|(f, _)| f.words()).collect();
    let (why, cause, quote) = reason(state, account.as_ref());
    let what = if words.len() > 1 { format!("{} and {} more", first.words(), words.len() - 1) } else { first.words() };
    let system = Snapshot::is_system_namespace(account.as_ref().map_or("", |a| &a.namespace));
    let mut evidence = told.evidence.into_iter();
    let mut finding = Finding::new(told.subject?, format!("{who} may not {what}"), evidence.next()?)
        .summary(format!(
            "The API server refuses it {} to {}.{why}",
            crate::wording::times(i64::try_from(told.count).unwrap_or(i64::MAX)),
            words.iter().take(4).cloned().collect::<Vec<_>>().join(", to ")
        ))
        .workload(told.workload)
        .severity(if told.unwell {
            Severity::High
        } else if system || told.count < 3 {
            Severity::Low
        } else {
            Severity::Medium
        })
        .confidence(0.95)
        .evidence(evidence.take(4))
        .evidence(quote)
        .seen(told.seen.iter().min().copied(), told.seen.iter().max().copied());
    if let Some(cause) = cause.or(account) {
        finding = finding.cause(cause);
    }
    let things: Vec<&Forbidden> = standings.iter().map(|(f, _)| *f).collect();
    let check = format!(
        "kubectl auth can-i {} {}{} --as={user}",
        first.verb,
        first.resource,
        if first.namespace.is_empty() { String::new() } else { format!(" -n {}", first.namespace) }
    );
    Some(
        finding
            .remedy("Allow it. It takes effect at once, and nothing restarts.", super::manifest::missing(user, &things))
            .remedy("Then see whether it is allowed.", check),
    )
}
