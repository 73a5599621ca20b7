//! Claims that have no volume, and why: their class, their provisioner, or each volume that is there and does not fit.

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Event, Object, PersistentVolume, PersistentVolumeClaim, StorageClass};
use tarbox_model::{Context, ObjectRef, Snapshot, quantity};

use super::fit::{Mismatch, mismatches};

/// A claim that waits for a volume.
#[derive(Debug, Clone)]
pub(super) struct Pending<'a> {
    /// The claim.
    pub(super) claim: &'a Object<PersistentVolumeClaim>,
    /// Its name.
    pub(super) reference: ObjectRef,
    /// The class that it asks for; empty for none.
    pub(super) class: &'a str,
    /// That class, if it is known.
    pub(super) class_object: Option<&'a Object<StorageClass>>,
    /// The newest event that tells of a failure or of waiting.
    pub(super) event: Option<&'a Object<Event>>,
    /// Workloads that mount it.
    pub(super) consumers: Vec<ObjectRef>,
}

/// Why a claim waits.
#[derive(Debug, Clone)]
pub(super) enum Why<'a> {
    /// Its class does not exist, or it has none and no volume is there to be taken.
    NoClass,
    /// Its provisioner fails, or is not there.
    Provisioning,
    /// The volume that comes nearest, with all that does not fit.
    Misfit(&'a Object<PersistentVolume>, Vec<Mismatch>),
    /// Nothing is wrong, or nothing can be told.
    Unknown,
}

/// Events that tell why a claim waits.
const REASONS: [&str; 6] =
    ["FailedBinding", "ProvisioningFailed", "ExternalProvisioning", "VolumeMismatch", "WaitForFirstConsumer", "WaitForPodScheduled"];

/// A provisioner that makes nothing: volumes are made by hand.
const BY_HAND: &str = "kubernetes.io/no-provisioner";

/// Every claim that waits for a volume.
pub(super) fn pending<'a>(context: &Context<'a>) -> Vec<Pending<'a>> {
    let snapshot = context.snapshot;
    let waiting =
        snapshot.persistent_volume_claims.iter().filter(|c| c.status.phase == "Pending" && c.metadata.deletion_timestamp.is_none());
    waiting
        .map(|claim| {
            let reference = claim.reference();
            let class = claim.spec.storage_class_name.as_deref().unwrap_or_default();
            let told = context.relations.events_about(snapshot, &reference).rev().find(|e| REASONS.contains(&e.reason.as_str()));
            Pending {
                class,
                class_object: Snapshot::find(&snapshot.storage_classes, "", class),
                event: told,
                consumers: context.relations.workloads_mounting(&reference).cloned().collect(),
                claim,
                reference,
            }
        })
        .collect()
}

/// Claims whose reason is asked for, with it.
pub(super) fn waiting_for<'a>(context: &Context<'a>, wanted: impl Fn(&Why<'a>) -> bool) -> Vec<(Pending<'a>, Why<'a>)> {
    let volumes = by_hand(context.snapshot);
    let all = pending(context).into_iter().map(|p| {
        let why = why(context.snapshot, &volumes, &p);
        (p, why)
    });
    all.filter(|(_, why)| wanted(why)).collect()
}

/// Claims whose nearest volume does not fit, by what stands first against it; with that volume and all that stands against it.
pub(super) fn misfits<'a>(
    context: &Context<'a>,
    wanted: impl Fn(&Mismatch) -> bool,
) -> Vec<(Pending<'a>, &'a Object<PersistentVolume>, Vec<Mismatch>)> {
    let all = waiting_for(context, |_| true).into_iter();
    let found = all.filter_map(|(pending, why)| match why {
        Why::Misfit(volume, mismatches) if mismatches.first().is_some_and(&wanted) => Some((pending, volume, mismatches)),
        _ => None,
    });
    found.collect()
}

/// Volumes that nobody provisioned: the only ones that a claim may be given.
fn by_hand(snapshot: &Snapshot) -> Vec<&Object<PersistentVolume>> {
    let provisioned = |v: &PersistentVolume| v.metadata.annotations.contains_key("pv.kubernetes.io/provisioned-by");
    snapshot.persistent_volumes.iter().filter(|v| !provisioned(v)).collect()
}

fn why<'a>(snapshot: &'a Snapshot, volumes: &[&'a Object<PersistentVolume>], pending: &Pending<'a>) -> Why<'a> {
    let (claim, said) = (pending.claim, |words: &str| pending.event.is_some_and(|e| e.message.contains(words)));
    let unknown_class = said("storageclass.storage.k8s.io") && said("not found")
        || !pending.class.is_empty() && pending.class_object.is_none() && snapshot.coverage.is_complete("storageclasses");
    let provisioner = pending.class_object.map(|c| c.provisioner.as_str()).filter(|p| *p != BY_HAND && !p.is_empty());
    let reserved = claim.spec.volume_name.as_str();
    // Volumes of the claim's class are candidates; where nobody provisions, the others show what is there at all.
    let mut candidates: Vec<_> = volumes.iter().filter(|v| reserved.is_empty() || v.metadata.name == reserved).collect();
    if candidates.iter().any(|v| v.spec.storage_class_name == pending.class) {
        candidates.retain(|v| v.spec.storage_class_name == pending.class);
    } else if unknown_class && reserved.is_empty() {
        return Why::NoClass;
    }
    let judged = candidates.into_iter().map(|volume| (*volume, mismatches(snapshot, claim, volume)));
    let nearest = judged.min_by_key(|(volume, m)| (m.len(), !is_namesake(claim, volume), m.first().cloned()));
    match nearest {
        _ if provisioner.is_some() && reserved.is_empty() => provisioning(snapshot, pending),
        Some((volume, mismatches)) if !mismatches.is_empty() => Why::Misfit(volume, mismatches),
        Some(_) => Why::Unknown,
        None if said("no storage class is set") || unknown_class => Why::NoClass,
        None => Why::Unknown,
    }
}

/// Whether a provisioner is at fault. A claim that waits for its first consumer is well.
fn provisioning<'a>(snapshot: &Snapshot, pending: &Pending<'a>) -> Why<'a> {
    const PATIENCE: i64 = 60;
    let age = snapshot.age_seconds(pending.claim.metadata.creation_timestamp);
    let fails = match pending.event.map(|e| e.reason.as_str()) {
        Some("ProvisioningFailed") => true,
        Some("ExternalProvisioning") => age.is_none_or(|age| age >= PATIENCE),
        _ => false,
    };
    if fails { Why::Provisioning } else { Why::Unknown }
}

/// Whether a volume is named after a claim: `data-pv` and `data-pvc`.
fn is_namesake(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> bool {
    let stem = |name: &'_ str| -> String {
        name.split('-').filter(|part| !matches!(*part, "pv" | "pvc" | "claim" | "volume")).collect::<Vec<_>>().join("-")
    };
    stem(&claim.metadata.name) == stem(&volume.metadata.name)
}

impl Pending<'_> {
    /// What all findings about a waiting claim share.
    pub(super) fn finding(&self, context: &Context<'_>, title: String) -> Finding {
        let evidence =
            self.event.map_or_else(|| self.claim.evidence("/status/phase", "Pending"), |e| e.evidence("/message", e.message.as_str()));
        let single = self.consumers.first().filter(|_| self.consumers.len() == 1);
        let begun = self.claim.metadata.creation_timestamp.or_else(|| self.event.and_then(|e| e.first_seen()));
        Finding::new(self.reference.clone(), title, evidence)
            .workload(single.cloned())
            .evidence(self.event.map(|_| self.claim.evidence("/status/phase", "Pending")))
            .seen(begun, self.event.and_then(|e| e.last_seen()).or(context.snapshot.taken_at))
    }

    /// Who waits for it: ", which `a` and `b` mount".
    pub(super) fn mounted(&self) -> String {
        let names: BTreeSet<&str> = self.consumers.iter().map(|c| c.name.as_str()).collect();
        match names.len() {
            0 => String::new(),
            1 => format!(", which {} mounts", crate::wording::listed(names)),
            _ => format!(", which {} mount", crate::wording::listed(names)),
        }
    }

    /// The size that it asks for, as written.
    pub(super) fn size(&self) -> Option<&str> {
        self.claim.spec.resources.requests.get("storage").map(String::as_str)
    }
}

/// Bytes of a quantity.
pub(super) fn bytes(text: Option<&String>) -> Option<f64> {
    quantity::parse(text?)
}
