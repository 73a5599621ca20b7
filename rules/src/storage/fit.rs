//! Whether a volume fits a claim, as the volume controller judges it, and what speaks against it.

use tarbox_model::object::{Object, PersistentVolume, PersistentVolumeClaim};
use tarbox_model::{ObjectRef, Snapshot};

use super::claims::bytes;

/// One thing that speaks against a volume. The order is that of telling: what comes first, decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mismatch {
    /// Another claim has it, or had it: `Bound` or `Released`.
    Claimed {
        /// That claim.
        by: ObjectRef,
        /// Whether that claim is gone and the volume waits to be cleaned.
        released: bool,
    },
    /// Labels that the claim asks for.
    Selector,
    /// Access modes that the volume does not have.
    AccessModes(Vec<String>),
    /// `Block` against `Filesystem`.
    VolumeMode,
    /// Too small.
    Capacity,
    /// Another class.
    Class,
}

/// Everything that speaks against a volume; what the claim's source does not show is not judged.
pub(super) fn mismatches(snapshot: &Snapshot, claim: &Object<PersistentVolumeClaim>, volume: &Object<PersistentVolume>) -> Vec<Mismatch> {
    let (wants, has) = (&claim.spec, &volume.spec);
    let mut all = Vec::new();
    if let Some(holder) = &has.claim_ref
        && !holder.name.is_empty()
        && (holder.name != claim.metadata.name || holder.namespace != claim.metadata.namespace || volume.status.phase == "Released")
    {
        let by = ObjectRef::new("PersistentVolumeClaim", holder.namespace.as_str(), holder.name.as_str());
        let gone = Snapshot::find(&snapshot.persistent_volume_claims, &holder.namespace, &holder.name).is_none();
        let released = volume.status.phase == "Released"
            || volume.status.phase != "Bound" && gone && snapshot.coverage.is_complete("persistentvolumeclaims");
        all.push(Mismatch::Claimed { by, released });
    }
    if wants.selector.as_ref().is_some_and(|s| !s.matches(&volume.metadata.labels)) {
        all.push(Mismatch::Selector);
    }
    let missing: Vec<String> = wants.access_modes.iter().filter(|m| !has.access_modes.contains(m)).cloned().collect();
    if !missing.is_empty() && !has.access_modes.is_empty() {
        all.push(Mismatch::AccessModes(missing));
    }
    let mode = |m: &str| if m.is_empty() { "Filesystem".to_owned() } else { m.to_owned() };
    if mode(&wants.volume_mode) != mode(&has.volume_mode) {
        all.push(Mismatch::VolumeMode);
    }
    if let (Some(asked), Some(given)) = (bytes(wants.resources.requests.get("storage")), bytes(has.capacity.get("storage")))
        && asked > given
    {
        all.push(Mismatch::Capacity);
    }
    if wants.storage_class_name.as_deref().is_some_and(|class| class != has.storage_class_name) {
        all.push(Mismatch::Class);
    }
    all
}
