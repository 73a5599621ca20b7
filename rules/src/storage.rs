//! Storage: claims, volumes, full disks.

mod claims;
mod fit;
mod growth;
mod heard;
mod waiting;

family!("storage":
    ephemeral_storage_exceeded,
    log_rotation_failing,
    storage_class_missing,
    volume_access_mode_mismatch,
    volume_attach_failing,
    volume_capacity_mismatch,
    volume_claim_missing,
    volume_claimed_elsewhere,
    volume_full,
    volume_mount_failing,
    volume_provisioning_failing,
    volume_selector_mismatch,
);
