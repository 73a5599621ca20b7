//! Nodes, and the leases by which components show that they live.

use jiff::Timestamp;

use super::Metadata;
use crate::lenient::shape;
use crate::selector::Labels;

shape! {
    /// A node.
    pub struct Node {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: NodeSpec,
        /// What is.
        pub status: NodeStatus,
    }

    /// Spec of a node.
    pub struct NodeSpec {
        /// Taints.
        pub taints: Vec<Taint>,
        /// Cordoned.
        pub unschedulable: bool,
        /// Id at the cloud.
        #[serde(rename = "providerID")]
        pub provider_id: String,
    }

    /// A taint.
    pub struct Taint {
        /// Key.
        pub key: String,
        /// Value.
        pub value: String,
        /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`.
        pub effect: String,
        /// When it was put on.
        pub time_added: Option<Timestamp>,
    }

    /// Status of a node.
    pub struct NodeStatus {
        /// All that it has; quantities as text.
        pub capacity: Labels,
        /// What pods may use.
        pub allocatable: Labels,
        /// Conditions.
        pub conditions: Vec<NodeCondition>,
        /// Facts.
        pub node_info: NodeInfo,
        /// Addresses.
        pub addresses: Vec<NodeAddress>,
    }

    /// A condition of a node; heartbeats beside the usual fields.
    pub struct NodeCondition {
        /// Type: `Ready`, `MemoryPressure`.
        pub r#type: String,
        /// `True`, `False`, `Unknown`.
        pub status: String,
        /// Reason.
        pub reason: String,
        /// Message.
        pub message: String,
        /// When the status last changed.
        pub last_transition_time: Option<Timestamp>,
        /// When the kubelet last reported.
        pub last_heartbeat_time: Option<Timestamp>,
    }

    /// Facts of a node.
    pub struct NodeInfo {
        /// `amd64`, `arm64`.
        pub architecture: String,
        /// Operating system.
        pub operating_system: String,
        /// Distribution.
        pub os_image: String,
        /// Kernel.
        pub kernel_version: String,
        /// Runtime with version.
        pub container_runtime_version: String,
        /// Version of the kubelet.
        pub kubelet_version: String,
        /// Changes with every boot.
        #[serde(rename = "bootID")]
        pub boot_id: String,
    }

    /// An address.
    pub struct NodeAddress {
        /// `InternalIP`, `Hostname`, …
        pub r#type: String,
        /// The address.
        pub address: String,
    }

    /// A lease.
    pub struct Lease {
        /// Metadata.
        pub metadata: Metadata,
        /// Who holds it.
        pub spec: LeaseSpec,
    }

    /// Who holds a lease.
    pub struct LeaseSpec {
        /// Holder.
        pub holder_identity: String,
        /// Last sign of life.
        pub renew_time: Option<Timestamp>,
        /// Seconds until it lapses.
        pub lease_duration_seconds: Option<i64>,
    }
}

impl Node {
    /// A condition by type, with its index.
    pub fn condition(&self, r#type: &str) -> Option<(usize, &NodeCondition)> {
        self.status.conditions.iter().enumerate().find(|(_, c)| c.r#type == r#type)
    }

    /// Whether it is ready. A node that says nothing about it is taken for ready.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready").is_none_or(|(_, c)| c.status == "True")
    }

    /// What pods may use of a resource, in its base unit.
    pub fn allocatable(&self, resource: &str) -> Option<f64> {
        crate::quantity::parse(self.status.allocatable.get(resource)?)
    }
}

impl Taint {
    /// Whether a toleration bears it.
    pub fn is_tolerated_by(&self, tolerations: &[super::Toleration]) -> bool {
        tolerations.iter().any(|t| {
            (t.effect.is_empty() || t.effect == self.effect)
                && match t.operator.as_str() {
                    "Exists" => t.key.is_empty() || t.key == self.key,
                    _ => t.key == self.key && t.value == self.value,
                }
        })
    }

    /// Whether Kubernetes put it there itself, as a sign of the node's state.
    pub fn is_symptom(&self) -> bool {
        self.key.starts_with("node.kubernetes.io/")
    }
}
