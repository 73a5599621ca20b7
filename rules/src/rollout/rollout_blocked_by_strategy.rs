//! # rollout-blocked-by-strategy
//!
//! A rolling update may not take an old pod away, and the old pods hold the place of the new.
//!
//! ## What it detects
//! Rollouts of Deployments whose *maxUnavailable* comes to nothing, and whose first new pod cannot be because of the old
//! ones: they use up the quota or the node's room, hold the host port or the node that anti-affinity wants free, or have the
//! volume that only one node may mount.
//!
//! ## Why it happens
//! *maxUnavailable* is rounded down: 25 % of three pods is none. The update then first needs room for one pod more, and
//! waits for it as long as the old pods stay, which they do.
//!
//! ## How to confirm
//! `kubectl get deployment NAME -o jsonpath={.spec.strategy}`, and what the new pod's events say.
//!
//! ## How to fix
//! Let one pod be missing during the update (`maxUnavailable: 1`), or replace all at once (`Recreate`) where two cannot be
//! side by side at all.
//!
//! ## When it stays silent
//! When an old pod may be taken away, when the new pods fail for a reason that the old ones have no part in, and when there
//! are no old pods.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Deployment, Object, Pod, ReplicaSet, condition};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule};

use super::revisions::revisions;
use super::rolling_update::allowed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "rollout-blocked-by-strategy",
    title: "A rolling update may not take an old pod away, and the old pods hold the place of the new",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Insufficient Replicas for Rolling Update",
    needs: &[Need::Objects("deployments"), Need::Objects("replicasets")],
    produces: &[Effect::RolloutBlocked],
    explained_by: &[Effect::PodsNotCreated],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.deployments.iter().filter_map(|d| finding(context, d)).collect()
}

fn finding(context: &Context<'_>, deployment: &Object<Deployment>) -> Option<Finding> {
    let wanted = deployment.spec.replicas.unwrap_or(1);
    if wanted == 0 || deployment.spec.paused || deployment.spec.strategy.r#type == "Recreate" || allowed(deployment, wanted) > 0 {
        return None;
    }
    let all = revisions(context, deployment);
    let (new, old) = (all.first()?, all.iter().skip(1).find(|r| r.status.replicas > 0)?);
    if new.status.ready_replicas >= wanted {
        return None;
    }
    let (reference, name, namespace) = (deployment.reference(), deployment.metadata.name.as_str(), deployment.metadata.namespace.as_str());
    let (why, evidence, confidence, apart) = held(context, deployment, new, old)?;
    let place = deployment.spec.strategy.rolling_update.max_unavailable.as_ref();
    let setting = place.map_or_else(|| "25 % (the default)".to_owned(), ToString::to_string);
    let mut finding = Finding::new(reference.clone(), format!("The rollout of `{name}` may not take an old pod away, and they hold the place of the new"), evidence)
        .summary(format!(
            "maxUnavailable is {setting}, which comes to no pod of {wanted}: the update must first add a pod. {why} Revision {} waits for ever, the {} old pods of ReplicaSet `{}` stay.",
            super::revisions::revision(new), old.status.replicas, old.metadata.name,
        ))
        .workload(Some(reference))
        .confidence(confidence)
        .evidence(place.map(|p| deployment.evidence("/spec/strategy/rollingUpdate/maxUnavailable", p.to_string())))
        .seen(new.metadata.creation_timestamp, context.snapshot.taken_at)
        .remedy(
            "Let one pod be missing during an update. The rollout then goes on by itself.",
            format!("kubectl patch deployment {name} -n {namespace} --type merge -p '{{\"spec\":{{\"strategy\":{{\"rollingUpdate\":{{\"maxUnavailable\":1}}}}}}}}'"),
        );
    if apart {
        finding = finding.remedy(
            "Or, as two can never be side by side, replace all at once. The service is away meanwhile.",
            format!("kubectl patch deployment {name} -n {namespace} --type merge -p '{{\"spec\":{{\"strategy\":{{\"type\":\"Recreate\",\"rollingUpdate\":null}}}}}}'"),
        );
    }
    Some(finding)
}

type Held = (String, Evidence, f64, bool);

/// What the old pods hold that the new one needs; in words, with its place, how sure, and whether the two can never be together.
fn held(context: &Context<'_>, deployment: &Object<Deployment>, new: &Object<ReplicaSet>, old: &Object<ReplicaSet>) -> Option<Held> {
    let snapshot = context.snapshot;
    let refused =
        condition(&new.status.conditions, "ReplicaFailure").filter(|(_, c)| c.status == "True" && c.message.contains("exceeded quota"));
    if let Some((i, c)) = refused {
        let words = "The quota has no room for one more while the old pods use it.".to_owned();
        return Some((words, new.evidence(format!("/status/conditions/{i}/message"), c.message.as_str()), 0.7, false));
    }
    let reference = deployment.reference();
    let of = |set: &ReplicaSet, p: &Pod| p.metadata.controller().is_some_and(|o| o.name == set.metadata.name) && p.is_active();
    let pods: Vec<&Object<Pod>> = context.relations.pods_of(snapshot, &reference).collect();
    let (waiting, sitting): (Vec<_>, Vec<_>) =
        (pods.iter().filter(|p| of(new, p) && !p.is_ready()).collect(), pods.iter().filter(|p| of(old, p)).collect());
    let mounts = |p: &Pod| p.spec.volumes.iter().any(|v| v.persistent_volume_claim.is_some());
    for pod in waiting {
        let elsewhere = sitting.iter().find(|o| !o.spec.node_name.is_empty() && o.spec.node_name != pod.spec.node_name);
        let about = pod.reference();
        let attach = context.relations.events_about(snapshot, &about).rfind(|e| e.message.contains("Multi-Attach error"));
        if let Some((event, other)) = attach.zip(elsewhere).filter(|_| mounts(pod)) {
            let words = format!(
                "Its volume is attached to `{}` for the old pod `{}`, and can be attached to one node only.",
                other.spec.node_name, other.metadata.name
            );
            return Some((words, event.evidence("/message", event.message.as_str()), 0.8, true));
        }
        let Some((i, verdict)) = condition(&pod.status.conditions, "PodScheduled").filter(|(_, c)| c.status == "False") else { continue };
        let said = |words: &str| verdict.message.contains(words);
        let place = pod.evidence(format!("/status/conditions/{i}/message"), verdict.message.as_str());
        let terms = &pod.spec.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution;
        let own = terms.iter().any(|t| t.label_selector.as_ref().is_some_and(|s| sitting.iter().any(|o| s.matches(&o.metadata.labels))));
        let host = |p: &Pod| p.spec.containers.iter().flat_map(|c| &c.ports).any(|p| p.host_port > 0);
        if own && said("anti-affinity") {
            return Some(("Its anti-affinity wants a node without the old pods, and there is none.".to_owned(), place, 0.75, true));
        }
        if host(pod) && said("free ports") && sitting.iter().any(|o| host(o)) {
            return Some(("The old pods hold the host port on every node that it could take.".to_owned(), place, 0.75, true));
        }
        let fits = |what: &str| {
            said(&format!("Insufficient {what}")) && sitting.iter().any(|o| o.request(what) >= pod.request(what) && pod.request(what) > 0.0)
        };
        if let Some(what) = ["cpu", "memory"].into_iter().find(|what| fits(what)) {
            return Some((format!("No node has {what} left for it while the old pods, which request as much, stay."), place, 0.6, false));
        }
    }
    None
}
