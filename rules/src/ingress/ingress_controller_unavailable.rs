//! # ingress-controller-unavailable
//!
//! No pod of the ingress controller is ready.
//!
//! ## What it detects
//! Ingress controllers (known by image or command) that have no ready pod, with what holds the pods back, and classes whose
//! controller does not run at all although Ingresses ask for them.
//!
//! ## Why it happens
//! The controller's pods crash on a wrong option or a broken configuration, find no node, cannot take their host ports; it was
//! scaled to nothing or uninstalled while its class stayed behind.
//!
//! ## How to confirm
//! `kubectl get pods -A -l app.kubernetes.io/name=ingress-nginx` and the log of the last run.
//!
//! ## How to fix
//! Mend what holds its pods back; every Ingress is served again as soon as one is ready.
//!
//! ## When it stays silent
//! While one pod is ready, in the first minute of its pods, and for controllers that a cloud runs outside of the cluster.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Object, Pod};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::class::{Asking, asking, has_address};
use super::controllers::{Controller, controllers, runs_in_cluster};
use crate::commands;
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-controller-unavailable",
    title: "No pod of the ingress controller is ready",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Ingress Issues",
    needs: &[Need::AnyOf(&["pods", "deployments", "daemonsets"])],
    produces: &[Effect::Exits, Effect::NotReady, Effect::IngressUnserved],
    explained_by: &[Effect::NotStarted, Effect::NotReady, Effect::NodeDown],
    check,
};

/// Seconds for which pods may well be starting.
const GRACE: i64 = 60;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let (all, asking) = (controllers(context), asking(context.snapshot));
    let mut findings: Vec<Finding> = all.iter().filter_map(|c| down(context, &asking, c)).collect();
    findings.extend(absent(context, &asking, &all));
    findings
}

fn down(context: &Context<'_>, asking: &Asking<'_>, controller: &Controller<'_>) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, &controller.reference);
    let starting = |p: &&Object<Pod>| snapshot.is_starting(p, GRACE);
    let known = !controller.pods.is_empty() || controller.desired == Some(0) || snapshot.coverage.is_complete("pods");
    if controller.is_ready() || !known || !controller.pods.is_empty() && controller.pods.iter().all(starting) {
        return None;
    }
    let served: Vec<&str> = served(context, asking, controller);
    let state = match (controller.desired, controller.pods.as_slice()) {
        (Some(0), []) => "It is scaled to nothing.".to_owned(),
        (_, []) => "It has no pod.".to_owned(),
        (_, pods) => format!("None of its {} is ready ({}).", counted(pods.len(), "pod"), controller.states()),
    };
    let lost = match served.len() {
        0 => String::new(),
        n => format!(" {} ({}) {} not served.", ingresses(n), listed(served.iter().copied()), if n == 1 { "is" } else { "are" }),
    };
    // Without any Ingress nobody misses it; where Ingresses were not collected, somebody may.
    let idle = served.is_empty() && snapshot.coverage.is_complete("ingresses");
    let since = controller.pods.iter().filter_map(|p| p.metadata.creation_timestamp).min();
    let finding =
        Finding::new(reference.clone(), format!("Ingress controller `{}` has no ready pod", reference.name), controller.evidence.clone())
            .workload(Some(reference.clone()))
            .summary(format!("{state}{lost}"))
            .severity(if idle { Severity::Medium } else { Severity::Critical })
            .confidence(0.96)
            .evidence(controller.pods.iter().take(3).map(|p| p.named()))
            .seen(since, snapshot.taken_at);
    Some(match controller.pods.first() {
        None if controller.desired == Some(0) && reference.kind == "Deployment" => finding.remedy(
            "Scale it up again.",
            format!("kubectl scale deployment/{}{} --replicas=1", reference.name, reference.namespace_flag()),
        ),
        Some(pod) => {
            let finding = finding.remedy(
                "Read why its last run ended.",
                format!("kubectl logs {} -n {} --previous --tail=50", pod.metadata.name, pod.metadata.namespace),
            );
            match commands::undo(reference) {
                Some(undo) => finding.remedy("If it was changed lately, go back to the revision before.", undo),
                None => finding,
            }
        }
        None => finding.remedy(
            "See why it has no pods.",
            format!("kubectl describe {}{}", crate::wording::target(reference), reference.namespace_flag()),
        ),
    })
}

/// "1 Ingress", "3 Ingresses".
fn ingresses(count: usize) -> String {
    if count == 1 { "1 Ingress".to_owned() } else { format!("{count} Ingresses") }
}

/// Ingresses of the controller's classes.
fn served<'a>(context: &Context<'_>, asking: &Asking<'a>, controller: &Controller<'_>) -> Vec<&'a str> {
    let classes = context.snapshot.ingress_classes.iter().filter(|class| controller.serves(class));
    let mine = classes.filter_map(|class| asking.get(class.metadata.name.as_str())).flatten();
    mine.map(|i| i.metadata.name.as_str()).collect()
}

/// Classes with Ingresses that nobody serves, where the whole cluster was looked at.
fn absent(context: &Context<'_>, asking: &Asking<'_>, all: &[Controller<'_>]) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let whole =
        snapshot.facts.namespaces.is_empty() && ["pods", "deployments", "daemonsets"].iter().all(|s| snapshot.coverage.is_complete(s));
    let orphans = snapshot.ingress_classes.iter().filter(|class| whole && runs_in_cluster(class) && !all.iter().any(|c| c.serves(class)));
    let told = orphans.filter_map(|class| {
        let mine: Vec<_> = asking.get(class.metadata.name.as_str()).into_iter().flatten().filter(|i| !has_address(i)).collect();
        let (name, controller) = (&class.metadata.name, class.spec.controller.as_str());
        let first = mine.first()?;
        Some(
            Finding::new(class.reference(), format!("No controller runs for ingress class `{name}`"), class.evidence("/spec/controller", controller))
                .summary(format!("Class `{name}` is served by `{controller}`, of which no pod and no workload is in the cluster. {} of the class (`{}`) without an address.", ingresses(mine.len()), first.metadata.name))
                .cause(first.reference())
                // Only a hint: a controller may run outside of the cluster, under a name of its own.
                .severity(Severity::Low)
                .confidence(0.8)
                .evidence([first.named()])
                .seen(class.metadata.creation_timestamp, snapshot.taken_at)
                .remedy("Install the controller, or give the Ingresses a class that is served.", "kubectl get ingressclasses"),
        )
    });
    told.collect()
}
