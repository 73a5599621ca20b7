//! # service-account-missing
//!
//! A workload names a service account that does not exist.
//!
//! ## What it detects
//! Pods that are not created because the API server does not find their service account; also without its word, when the
//! list of service accounts is complete and the one that a workload names is not in it. The nearest existing name is offered.
//!
//! ## Why it happens
//! A typing error, a service account in another namespace, or a manifest that was never applied, or pruned.
//!
//! ## How to confirm
//! `kubectl get serviceaccounts -n NAMESPACE`, against `serviceAccountName` in the workload.
//!
//! ## How to fix
//! Name an account that exists, or create the missing one; the controller then creates the pods by itself.
//!
//! ## When it stays silent
//! When the account exists at the bundle's time, when the workload has all its pods, and when the one that was refused does
//! not exist any more.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::ServiceAccount;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Object, ObjectRef, Rule, Snapshot, similarity};

use super::refusal::{Refusal, Silent, between, refusals, silent};
use crate::commands::edit;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "service-account-missing",
    title: "A workload names a service account that does not exist",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "RBAC Permissions for CI/CD",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events"])],
    produces: &[Effect::PodsNotCreated],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let spoken = refusals(context).into_iter().filter_map(|r| refused(context.snapshot, &r));
    let known = context.snapshot.coverage.is_complete("serviceaccounts");
    let unspoken = silent(context).into_iter().filter(|_| known).filter_map(|s| unspoken(context.snapshot, &s));
    spoken.chain(unspoken).collect()
}

fn account<'a>(snapshot: &'a Snapshot, namespace: &str, name: &str) -> Option<&'a Object<ServiceAccount>> {
    Snapshot::find(&snapshot.service_accounts, namespace, name)
}

fn refused(snapshot: &Snapshot, refusal: &Refusal) -> Option<Finding> {
    let (namespace, name) = between(&refusal.message, "error looking up service account ", ":")?.split_once('/')?;
    if account(snapshot, namespace, name).is_some() {
        return None;
    }
    let finding = refusal.finding(title(&refusal.workload, name)).summary(format!(
        "The API server does not find service account `{name}` in namespace `{namespace}`{}. {}",
        near(snapshot, namespace, name),
        refusal.toll(),
    ));
    Some(remedies(finding, snapshot, &refusal.workload, namespace, name))
}

fn unspoken(snapshot: &Snapshot, silent: &Silent<'_>) -> Option<Finding> {
    let (origin, spec) = silent.template;
    let (namespace, name) = (silent.by.namespace.as_str(), spec.service_account_name.as_str());
    if matches!(name, "" | "default") || account(snapshot, namespace, name).is_some() {
        return None;
    }
    let finding = Finding::new(silent.by.clone(), title(&silent.workload, name), origin.at("/spec/template/spec/serviceAccountName", name))
        .summary(format!(
            "The template names service account `{name}`, which does not exist in namespace `{namespace}`{}. Pods that are missing: {}.",
            near(snapshot, namespace, name),
            silent.missing,
        ))
        .workload(Some(silent.workload.clone()))
        .confidence(0.88);
    Some(remedies(finding, snapshot, &silent.workload, namespace, name))
}

fn title(workload: &ObjectRef, name: &str) -> String {
    format!("`{}` names service account `{name}`, which does not exist", workload.name)
}

/// The nearest name of the namespace, in words.
fn near(snapshot: &Snapshot, namespace: &str, name: &str) -> String {
    did_you_mean(nearest(snapshot, namespace, name))
}

fn nearest<'a>(snapshot: &'a Snapshot, namespace: &str, name: &str) -> Option<&'a str> {
    let names = Snapshot::in_namespace(&snapshot.service_accounts, namespace).iter().map(|a| a.metadata.name.as_str());
    similarity::nearest(name, names.filter(|n| *n != "default"))
}

fn remedies(finding: Finding, snapshot: &Snapshot, workload: &ObjectRef, namespace: &str, name: &str) -> Finding {
    let mut finding = finding.cause(ObjectRef::new("ServiceAccount", namespace, name));
    if let Some(nearest) = nearest(snapshot, namespace, name) {
        finding = finding
            .remedy(format!("Name `{nearest}` in `serviceAccountName`. This changes the template and starts new pods."), edit(workload));
    }
    finding.remedy(
        "Or create the account; the pods are then created by themselves. Whatever rights it needs must be bound to it as well.",
        format!("kubectl create serviceaccount {name} -n {namespace}"),
    )
}
