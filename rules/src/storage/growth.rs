//! How a claim is enlarged, where its class allows that.

use tarbox_model::{Context, ObjectRef, Snapshot, quantity};

/// What enlarging the claim means, and the command; to twice its size.
pub(super) fn enlarge(context: &Context<'_>, claim: &ObjectRef) -> Option<(String, String)> {
    let found = Snapshot::find(&context.snapshot.persistent_volume_claims, &claim.namespace, &claim.name)?;
    let class = Snapshot::find(&context.snapshot.storage_classes, "", found.spec.storage_class_name.as_deref()?)?;
    let size = quantity::bytes(quantity::parse(found.spec.resources.requests.get("storage")?)? * 2.0);
    if claim.kind != "PersistentVolumeClaim" || !class.allow_volume_expansion {
        return None;
    }
    let text = format!("Enlarge the claim (class `{}` allows it). It cannot be made smaller again.", class.metadata.name);
    let patch = format!("{{\"spec\":{{\"resources\":{{\"requests\":{{\"storage\":\"{size}\"}}}}}}}}");
    Some((text, format!("kubectl patch pvc {}{} -p '{patch}'", claim.name, claim.namespace_flag())))
}
