//! Volumes, claims and classes.

use super::{Condition, Metadata};
use crate::lenient::shape;
use crate::selector::{LabelSelector, Labels};

shape! {
    /// A claim.
    pub struct PersistentVolumeClaim {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: ClaimSpec,
        /// What is.
        pub status: ClaimStatus,
    }

    /// Spec of a claim.
    pub struct ClaimSpec {
        /// Class; `Some("")` asks for none, `None` for the default.
        pub storage_class_name: Option<String>,
        /// Access modes.
        pub access_modes: Vec<String>,
        /// Size under `requests.storage`.
        pub resources: super::Resources,
        /// Volume that it is bound to.
        pub volume_name: String,
        /// Which volumes.
        pub selector: Option<LabelSelector>,
        /// `Filesystem` or `Block`.
        pub volume_mode: String,
    }

    /// Status of a claim.
    pub struct ClaimStatus {
        /// `Pending`, `Bound`, `Lost`.
        pub phase: String,
        /// Conditions.
        pub conditions: Vec<Condition>,
        /// Size that it has.
        pub capacity: Labels,
    }

    /// A volume.
    pub struct PersistentVolume {
        /// Metadata.
        pub metadata: Metadata,
        /// What it is.
        pub spec: VolumeSpec,
        /// Status.
        pub status: VolumeStatus,
    }

    /// Spec of a volume.
    pub struct VolumeSpec {
        /// Size under `storage`.
        pub capacity: Labels,
        /// Access modes.
        pub access_modes: Vec<String>,
        /// Class.
        pub storage_class_name: String,
        /// Claim that holds it.
        pub claim_ref: Option<super::TargetReference>,
        /// `Retain`, `Delete`.
        pub persistent_volume_reclaim_policy: String,
        /// `Filesystem` (also when empty) or `Block`.
        pub volume_mode: String,
        /// Nodes that reach it.
        pub node_affinity: Option<VolumeNodeAffinity>,
    }

    /// Nodes that reach a volume.
    pub struct VolumeNodeAffinity {
        /// Must hold.
        pub required: super::NodeSelector,
    }

    /// Status of a volume.
    pub struct VolumeStatus {
        /// `Available`, `Bound`, `Released`, `Failed`.
        pub phase: String,
        /// Reason of a failure.
        pub reason: String,
        /// Message of a failure.
        pub message: String,
    }

    /// A storage class.
    pub struct StorageClass {
        /// Metadata; annotation `storageclass.kubernetes.io/is-default-class`.
        pub metadata: Metadata,
        /// Who makes volumes.
        pub provisioner: String,
        /// `Immediate` or `WaitForFirstConsumer`.
        pub volume_binding_mode: String,
        /// Whether volumes can grow.
        pub allow_volume_expansion: bool,
    }
}
