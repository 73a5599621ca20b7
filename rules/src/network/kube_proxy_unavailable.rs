//! # kube-proxy-unavailable
//!
//! On a node nobody turns the addresses of Services into those of pods.
//!
//! ## What it detects
//! Nodes on which kube-proxy does not run: its service is stopped, its pod is not ready, or its DaemonSet has none there; and
//! kube-proxies whose log says that they cannot write their rules.
//!
//! ## Why it happens
//! The service was stopped or crashes, the pod's image or configuration is broken, a kernel module is missing, or another
//! program holds the lock of iptables. Rules that were written stay, so that the node goes on with an old state: new Services
//! and new pods are not reached from there.
//!
//! ## How to confirm
//! `kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide`; on the node, `systemctl status kube-proxy` and
//! `iptables-save | grep KUBE-SVC`.
//!
//! ## How to fix
//! Start it again; what its log says is to be mended first.
//!
//! ## When it stays silent
//! When the cluster has no kube-proxy (Cilium and others replace it), and on nodes that are themselves not ready.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{DaemonSet, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, ObjectRef, Rule, Snapshot, Timestamp, selector};

use super::agents::{is_node_well, sick};
use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "kube-proxy-unavailable",
    title: "On a node nobody turns the addresses of Services into those of pods",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Network and Connectivity Issues",
    needs: &[Need::AnyOf(&["pods", "nodes", "daemonsets", "logs"])],
    produces: &[Effect::NetworkBroken, Effect::Exits],
    explained_by: &[Effect::NodeDown, Effect::ImageUnavailable, Effect::NotStarted, Effect::PodsNotCreated, Effect::Exits],
    check,
};

/// Its name as service, pod and DaemonSet.
const NAME: &str = "kube-proxy";
/// Seconds that a new node may take.
const YOUNG: i64 = 120;

/// What shows that it does not work on a node.
struct Sign {
    words: String,
    evidence: Evidence,
    since: Option<Timestamp>,
    pod: bool,
    confidence: f64,
}

fn check(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let mut by_node: BTreeMap<String, Sign> = BTreeMap::new();
    for unit in snapshot.node_units.iter().filter(|u| u.unit == NAME && u.is_down()) {
        let words = format!("Its service `{NAME}` is {}.", unit.state);
        by_node.entry(unit.node.clone()).or_insert(Sign {
            words,
            evidence: unit.evidence(),
            since: unit.since,
            pod: false,
            confidence: 0.97,
        });
    }
    let set = Snapshot::find(&snapshot.daemon_sets, "kube-system", NAME);
    for agent in sick(context, |p| p.metadata.namespace == "kube-system" && p.metadata.name.starts_with(NAME)) {
        let node = agent.pod.spec.node_name.clone();
        if is_node_well(context, &node) {
            let words = format!("Its pod `{}` is not ready: {}.", agent.pod.metadata.name, agent.words.trim_end_matches('.'));
            by_node.entry(node).or_insert(Sign { words, evidence: agent.evidence, since: None, pod: true, confidence: 0.93 });
        }
    }
    for (node, evidence) in set.map(|s| absent(context, s)).into_iter().flatten() {
        let words = format!("DaemonSet `{NAME}` has no pod there.");
        by_node.entry(node).or_insert(Sign { words, evidence, since: None, pod: true, confidence: 0.9 });
    }
    for complaint in complaints(context, |hit| hit.signature == "kube-proxy-sync-failed") {
        let pod = snapshot.pod(&complaint.pod.namespace, &complaint.pod.name);
        let Some(pod) = pod.filter(|p| p.metadata.name.starts_with(NAME) && complaint.hit.count > 1) else { continue };
        let words = format!("Its log says {} times that it cannot write its rules.", complaint.hit.count);
        let evidence = complaint.log.evidence(complaint.hit);
        by_node.entry(pod.spec.node_name.clone()).or_insert(Sign {
            words,
            evidence,
            since: complaint.hit.first.time,
            pod: true,
            confidence: 0.85,
        });
    }
    let workload = set.map(Object::reference);
    by_node.into_iter().map(|(node, sign)| finding(context, &node, sign, workload.as_ref())).collect()
}

/// Nodes that are ready and have no pod of the DaemonSet, although its template selects them.
fn absent(context: &Context<'_>, set: &Object<DaemonSet>) -> Vec<(String, Evidence)> {
    let snapshot = context.snapshot;
    let whole = snapshot.coverage.is_complete("pods")
        && snapshot.coverage.is_complete("nodes")
        && snapshot.facts.namespaces.iter().all(|n| n.is_empty());
    let wanted = |labels: &selector::Labels| selector::subset(&set.spec.template.spec.node_selector, labels);
    let has = |node: &str| context.relations.pods_on(snapshot, node).any(|p| p.metadata.name.starts_with(NAME));
    let nodes = snapshot.nodes.iter().filter(|n| whole && n.condition("Ready").is_some_and(|(_, c)| c.status == "True"));
    let old = nodes.filter(|n| snapshot.age_seconds(n.metadata.creation_timestamp).is_none_or(|age| age > YOUNG));
    old.filter(|n| wanted(&n.metadata.labels) && !has(&n.metadata.name)).map(|n| (n.metadata.name.clone(), n.named())).collect()
}

fn finding(context: &Context<'_>, node: &str, sign: Sign, set: Option<&ObjectRef>) -> Finding {
    let reference = ObjectRef::cluster_wide("Node", node);
    let pods = context.relations.pods_on(context.snapshot, node).filter(|p| p.is_active() && !p.spec.host_network).count();
    let whom = if pods == 0 { String::new() } else { format!(" It concerns {} on it.", crate::wording::counted(pods, "pod")) };
    let finding = Finding::new(reference.clone(), format!("kube-proxy does not work on node `{node}`"), sign.evidence)
        .summary(format!("{} Connections to Services from there go nowhere, or to pods that are gone.{whom}", sign.words))
        .workload(set.filter(|_| sign.pod).cloned())
        .cause(reference.clone())
        .confidence(sign.confidence)
        .seen(sign.since, context.snapshot.taken_at)
        .depends_on(reference);
    if sign.pod {
        finding
            .remedy("See what its pod says.", format!("kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={node}; kubectl logs -n kube-system -l k8s-app=kube-proxy --tail=50 --prefix"))
            .remedy("When the cause is mended, start it anew on that node.", format!("kubectl delete pod -n kube-system -l k8s-app=kube-proxy --field-selector spec.nodeName={node}"))
    } else {
        finding
            .remedy(
                "Start the service. Pods on the node keep running.",
                format!("ssh {node} 'sudo systemctl start kube-proxy && systemctl status kube-proxy --no-pager'"),
            )
            .remedy("If it does not stay, read why.", format!("ssh {node} 'journalctl -u kube-proxy -n 50 --no-pager'"))
    }
}
