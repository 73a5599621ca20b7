//! Lean shapes of the Kubernetes objects that rules read: only the fields that a diagnosis needs, every one optional,
//! decoded tolerantly. Kinds without a shape of their own are kept as [`Custom`].

mod access;
mod config;
mod container;
mod event;
mod ingress;
mod node;
mod pod;
mod policy;
mod service;
mod storage;
mod workload;

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;

pub use access::*;
pub use config::*;
pub use container::*;
pub use event::*;
pub use ingress::*;
pub use node::*;
pub use pod::*;
pub use policy::*;
pub use service::*;
pub use storage::*;
pub use workload::*;

use crate::evidence::{Evidence, Origin};
use crate::lenient::shape;
use crate::reference::ObjectRef;
use crate::selector::Labels;

/// A kind with a shape of its own.
pub trait Kind {
    /// Kind in its API spelling.
    const KIND: &'static str;
    /// Plural resource name, as in `kubectl get RESOURCE`.
    const RESOURCE: &'static str;
    /// The object's metadata.
    fn metadata(&self) -> &Metadata;
    /// The same, for who reads the object in.
    fn metadata_mut(&mut self) -> &mut Metadata;
}

/// An object and where it stands in the bundle. Derefs to its shape.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object<T> {
    /// Where it was read.
    pub origin: Origin,
    /// The shape.
    pub value: T,
}

impl<T> Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        #[cfg(debug_assertions)]
        crate::counted::look();
        &self.value
    }
}

impl<T: Kind> Object<T> {
    /// Kind, namespace and name.
    pub fn reference(&self) -> ObjectRef {
        let meta = self.value.metadata();
        ObjectRef::new(T::KIND, meta.namespace.as_str(), meta.name.as_str())
    }

    /// Evidence for a value of this object; `quote` must occur in it.
    pub fn evidence(&self, pointer: impl AsRef<str>, quote: impl Into<String>) -> Evidence {
        self.origin.at(pointer, quote)
    }

    /// Evidence that the object exists: its name.
    pub fn named(&self) -> Evidence {
        self.origin.at("/metadata/name", self.value.metadata().name.as_str())
    }
}

/// Says which kind a shape is.
macro_rules! kinds {
    ($($shape:ident => $kind:literal, $resource:literal;)*) => { $(
        impl Kind for $shape {
            const KIND: &'static str = $kind;
            const RESOURCE: &'static str = $resource;
            fn metadata(&self) -> &Metadata { &self.metadata }
            fn metadata_mut(&mut self) -> &mut Metadata { &mut self.metadata }
        }
    )* };
}

kinds! {
    Pod => "Pod", "pods";
    Node => "Node", "nodes";
    Namespace => "Namespace", "namespaces";
    Deployment => "Deployment", "deployments";
    ReplicaSet => "ReplicaSet", "replicasets";
    StatefulSet => "StatefulSet", "statefulsets";
    DaemonSet => "DaemonSet", "daemonsets";
    ControllerRevision => "ControllerRevision", "controllerrevisions";
    Job => "Job", "jobs";
    CronJob => "CronJob", "cronjobs";
    Service => "Service", "services";
    EndpointSlice => "EndpointSlice", "endpointslices";
    Endpoints => "Endpoints", "endpoints";
    Ingress => "Ingress", "ingresses";
    IngressClass => "IngressClass", "ingressclasses";
    ConfigMap => "ConfigMap", "configmaps";
    Secret => "Secret", "secrets";
    ServiceAccount => "ServiceAccount", "serviceaccounts";
    Role => "Role", "roles";
    RoleBinding => "RoleBinding", "rolebindings";
    PersistentVolume => "PersistentVolume", "persistentvolumes";
    PersistentVolumeClaim => "PersistentVolumeClaim", "persistentvolumeclaims";
    StorageClass => "StorageClass", "storageclasses";
    ResourceQuota => "ResourceQuota", "resourcequotas";
    LimitRange => "LimitRange", "limitranges";
    NetworkPolicy => "NetworkPolicy", "networkpolicies";
    PodDisruptionBudget => "PodDisruptionBudget", "poddisruptionbudgets";
    HorizontalPodAutoscaler => "HorizontalPodAutoscaler", "horizontalpodautoscalers";
    Lease => "Lease", "leases";
    ApiService => "APIService", "apiservices";
    Event => "Event", "events";
}

shape! {
    /// `metav1.ObjectMeta`, as far as rules read it.
    pub struct Metadata {
        /// Name.
        pub name: String,
        /// Namespace; empty for cluster-wide objects.
        pub namespace: String,
        /// Unique id; empty where the source does not show it (`kubectl get` tables).
        pub uid: String,
        /// Labels.
        pub labels: Labels,
        /// Annotations.
        pub annotations: Labels,
        /// Owners; at most one is the controller.
        pub owner_references: Vec<OwnerReference>,
        /// When it was created.
        pub creation_timestamp: Option<Timestamp>,
        /// When its deletion was asked for.
        pub deletion_timestamp: Option<Timestamp>,
        /// Seconds granted for an orderly end.
        pub deletion_grace_period_seconds: Option<i64>,
        /// What still holds a deletion back.
        pub finalizers: Vec<String>,
        /// Version of the spec.
        pub generation: i64,
        /// Who wrote fields, and when.
        pub managed_fields: Vec<ManagedFields>,
    }

    /// One owner.
    pub struct OwnerReference {
        /// Kind of the owner.
        pub kind: String,
        /// Name of the owner.
        pub name: String,
        /// Unique id of the owner.
        pub uid: String,
        /// Whether this owner manages the object.
        pub controller: bool,
    }

    /// One writer of the object; the fields themselves are not kept.
    pub struct ManagedFields {
        /// Who wrote.
        pub manager: String,
        /// `Apply` or `Update`.
        pub operation: String,
        /// `status` when only the status was written.
        pub subresource: String,
        /// When.
        pub time: Option<Timestamp>,
    }

    /// A status condition; every kind uses the same shape.
    pub struct Condition {
        /// Type: `Ready`, `Progressing`.
        pub r#type: String,
        /// `True`, `False`, `Unknown`.
        pub status: String,
        /// Reason, one CamelCase word.
        pub reason: String,
        /// Message for people.
        pub message: String,
        /// When the status last changed.
        pub last_transition_time: Option<Timestamp>,
        /// When it was last looked at, where the kind tells.
        pub last_update_time: Option<Timestamp>,
    }

    /// A namespace.
    pub struct Namespace {
        /// Metadata.
        pub metadata: Metadata,
        /// Status.
        pub status: NamespaceStatus,
    }

    /// Status of a namespace.
    pub struct NamespaceStatus {
        /// `Active` or `Terminating`.
        pub phase: String,
        /// Why a deletion does not end.
        pub conditions: Vec<Condition>,
    }
}

impl Metadata {
    /// The owner that manages the object, if any.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|o| o.controller).or_else(|| self.owner_references.first())
    }

    /// When the object's own content (not its status) was last written, as far as it is told.
    pub fn written_at(&self) -> Option<Timestamp> {
        self.managed_fields.iter().filter(|f| f.subresource.is_empty()).filter_map(|f| f.time).max().or(self.creation_timestamp)
    }
}

/// The condition of a type, with its index for a JSON pointer.
pub fn condition<'a>(conditions: &'a [Condition], r#type: &str) -> Option<(usize, &'a Condition)> {
    conditions.iter().enumerate().find(|(_, c)| c.r#type == r#type)
}

/// An object of a kind that has no shape of its own: custom resources and the rarely read.
#[derive(Debug, Clone, PartialEq)]
pub struct Custom {
    /// Where it was read.
    pub origin: Origin,
    /// `group/version`, or `v1`.
    pub api_version: Arc<str>,
    /// Kind.
    pub kind: Arc<str>,
    /// Metadata.
    pub metadata: Metadata,
    /// The whole object.
    pub value: serde_json::Value,
}

impl Custom {
    /// Kind, namespace and name.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef::new(&*self.kind, self.metadata.namespace.as_str(), self.metadata.name.as_str())
    }

    /// Whether it is of an API group.
    pub fn is_of(&self, group: &str) -> bool {
        #[cfg(debug_assertions)]
        crate::counted::look();
        self.api_version.split('/').next() == Some(group)
    }

    /// A value by JSON pointer.
    pub fn get(&self, pointer: &str) -> Option<&serde_json::Value> {
        #[cfg(debug_assertions)]
        crate::counted::look();
        self.value.pointer(pointer)
    }

    /// A string by JSON pointer.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.get(pointer)?.as_str()
    }
}
