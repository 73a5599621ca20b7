//! # database-disk-full
//!
//! A database has no room left on its volume.
//!
//! ## What it detects
//! Database servers whose log tells that no space is left, or whose claim is full to 95 % by the kubelet's figures.
//!
//! ## Why it happens
//! Data, journal or logs have grown over the volume's size; old snapshots or dumps lie beside them.
//!
//! ## How to confirm
//! `kubectl exec POD -- df -h` on the data's mount; on the node, the claim's `kubelet_volume_stats`.
//!
//! ## How to fix
//! Enlarge the claim, if its class allows that; else make room on the volume first. Deleting documents alone gives MongoDB's
//! files no smaller size (`compact` does).
//!
//! ## When it stays silent
//! Below 95 % as long as the log does not complain.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::VolumeUsage;
use tarbox_model::object::Kind;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot, object, quantity};

use super::servers::{Server, servers};
use crate::complaints::complaints;

/// The rule.
pub static RULE: Rule = Rule {
    id: "database-disk-full",
    title: "A database has no room left on its volume",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Storage Issues",
    needs: &[Need::AnyOf(&["logs", "kubelet"])],
    produces: &[Effect::Exits, Effect::Unreachable],
    explained_by: &[Effect::VolumeUnavailable],
    check,
};

/// Share of a volume from which on it counts as full.
const FULL: f64 = 0.95;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let servers = servers(context);
    let full = complaints(context, |hit| hit.signature == "disk-full");
    let mut findings = Vec::new();
    for server in &servers {
        let said = full.iter().find(|c| c.client == server.reference || server.pods.iter().any(|p| p.reference() == c.pod));
        let usage = usage(context, server);
        let (evidence, seen) = match (said, usage) {
            (Some(said), _) => (said.log.evidence(said.hit), (said.hit.first.time, said.hit.last.time)),
            (None, Some(usage)) if usage.used >= FULL * usage.capacity => (measured(usage), (None, context.snapshot.taken_at)),
            _ => continue,
        };
        let name = &server.reference.name;
        let figures =
            usage.map(|u| format!(" Claim `{}` holds {:.1} of {:.1} GiB.", u.claim, u.used / GIB, u.capacity / GIB)).unwrap_or_default();
        let words = said
            .map(|s| format!("The server says so {} times.", s.hit.count))
            .unwrap_or_else(|| "It will stop at the next growth.".to_owned());
        let mut finding =
            Finding::new(server.reference.clone(), format!("{} `{name}` has no room left on its volume", server.engine.name()), evidence)
                .workload(Some(server.reference.clone()))
                .summary(format!("{words}{figures}"))
                .confidence(if said.is_some() { 0.92 } else { 0.85 })
                .severity(if said.is_some() { Severity::Critical } else { Severity::High })
                .evidence(usage.filter(|_| said.is_some()).map(measured))
                .seen(seen.0, seen.1);
        for claim in claims(server) {
            finding = finding.depends_on(claim.clone());
            finding = enlarge(context, finding, &claim);
        }
        findings.push(finding);
    }
    findings
}

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// Claims that a server mounts.
fn claims(server: &Server<'_>) -> Vec<ObjectRef> {
    let volumes = server.pods.iter().flat_map(|p| p.spec.volumes.iter().map(move |v| (p, v)));
    let claims = volumes.filter_map(|(pod, v)| Some((pod, v.persistent_volume_claim.as_ref()?)));
    claims
        .map(|(pod, c)| ObjectRef::new(object::PersistentVolumeClaim::KIND, pod.metadata.namespace.as_str(), c.claim_name.as_str()))
        .collect()
}

/// The fullest of a server's claims.
fn usage<'a>(context: &Context<'a>, server: &Server<'_>) -> Option<&'a VolumeUsage> {
    let mine = context.snapshot.volume_usage.iter().filter(|u| !u.claim.is_empty() && u.capacity > 0.0);
    let mine = mine.filter(|u| server.pods.iter().any(|p| p.metadata.namespace == u.namespace && p.metadata.name == u.pod));
    mine.max_by(|a, b| (a.used / a.capacity).total_cmp(&(b.used / b.capacity)))
}

fn measured(usage: &VolumeUsage) -> tarbox_model::Evidence {
    usage.origin.at(format!("{}/usedBytes", usage.pointer), format!("{:.0}", usage.used))
}

/// How a claim is enlarged, if its class allows it.
fn enlarge(context: &Context<'_>, finding: Finding, claim: &ObjectRef) -> Finding {
    let object = Snapshot::find(&context.snapshot.persistent_volume_claims, &claim.namespace, &claim.name);
    let class = object.and_then(|c| c.spec.storage_class_name.as_deref());
    let grows = class.and_then(|c| Snapshot::find(&context.snapshot.storage_classes, "", c)).is_none_or(|c| c.allow_volume_expansion);
    if !grows {
        return finding.remedy(
            format!("Make room on it: its class `{}` lets no volume grow.", class.unwrap_or_default()),
            format!("kubectl describe pvc {}{}", claim.name, claim.namespace_flag()),
        );
    }
    let asked = object.and_then(|c| quantity::parse(c.spec.resources.requests.get("storage")?));
    finding.remedy(
        "Enlarge the claim, if its class allows it. The file system grows with it.",
        match asked.map(|bytes| (bytes * 2.0 / 1_073_741_824.0).ceil()) {
            Some(size) => format!(
                "kubectl patch pvc {}{} -p '{{\"spec\":{{\"resources\":{{\"requests\":{{\"storage\":\"{size:.0}Gi\"}}}}}}}}'",
                claim.name,
                claim.namespace_flag()
            ),
            None => format!("kubectl edit pvc {}{}", claim.name, claim.namespace_flag()),
        },
    )
}
