//! Services and the endpoints behind them.

use super::{Condition, Metadata, PortName};
use crate::lenient::shape;
use crate::selector::Labels;

shape! {
    /// A Service.
    pub struct Service {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: ServiceSpec,
        /// What is.
        pub status: ServiceStatus,
    }

    /// Spec of a Service.
    pub struct ServiceSpec {
        /// Which pods; empty means endpoints are kept by somebody else.
        pub selector: Labels,
        /// Ports.
        pub ports: Vec<ServicePort>,
        /// `ClusterIP` (also when empty), `NodePort`, `LoadBalancer`, `ExternalName`.
        pub r#type: String,
        /// Address in the cluster; `None` for a headless Service.
        #[serde(rename = "clusterIP")]
        pub cluster_ip: String,
        /// All addresses in the cluster.
        #[serde(rename = "clusterIPs")]
        pub cluster_ips: Vec<String>,
        /// Name outside the cluster.
        pub external_name: String,
        /// `Cluster` or `Local`.
        pub external_traffic_policy: String,
        /// `Cluster` or `Local`.
        pub internal_traffic_policy: String,
        /// Pods count although not ready.
        pub publish_not_ready_addresses: bool,
        /// `None` (also when empty) or `ClientIP`: one client stays with one pod.
        pub session_affinity: String,
        /// Further addresses.
        #[serde(rename = "externalIPs")]
        pub external_ips: Vec<String>,
    }

    /// A port of a Service.
    pub struct ServicePort {
        /// Name.
        pub name: String,
        /// Port that clients use.
        pub port: i32,
        /// Port of the pods; the same as `port` when 0.
        pub target_port: PortName,
        /// Port on every node.
        pub node_port: i32,
        /// `TCP` (also when empty), `UDP`, `SCTP`.
        pub protocol: String,
        /// Protocol above it.
        pub app_protocol: String,
    }

    /// Status of a Service.
    pub struct ServiceStatus {
        /// Addresses that a load balancer gave.
        pub load_balancer: LoadBalancer,
        /// Conditions.
        pub conditions: Vec<Condition>,
    }

    /// What a load balancer gave.
    pub struct LoadBalancer {
        /// Addresses.
        pub ingress: Vec<LoadBalancerAddress>,
    }

    /// One address.
    pub struct LoadBalancerAddress {
        /// Address.
        pub ip: String,
        /// Name.
        pub hostname: String,
    }

    /// Part of a Service's endpoints; label `kubernetes.io/service-name` names the Service.
    pub struct EndpointSlice {
        /// Metadata.
        pub metadata: Metadata,
        /// Endpoints.
        pub endpoints: Vec<SliceEndpoint>,
        /// Ports.
        pub ports: Vec<SlicePort>,
    }

    /// One endpoint.
    pub struct SliceEndpoint {
        /// Addresses.
        pub addresses: Vec<String>,
        /// Whether it takes traffic.
        pub conditions: SliceConditions,
        /// What it is.
        pub target_ref: TargetReference,
        /// Node that it is on.
        pub node_name: String,
    }

    /// Whether an endpoint takes traffic; not told means yes.
    pub struct SliceConditions {
        /// Ready.
        pub ready: Option<bool>,
        /// Serving, even while ending.
        pub serving: Option<bool>,
        /// Ending.
        pub terminating: Option<bool>,
    }

    /// What an endpoint is.
    pub struct TargetReference {
        /// Kind.
        pub kind: String,
        /// Name.
        pub name: String,
        /// Namespace.
        pub namespace: String,
    }

    /// A port of a slice.
    pub struct SlicePort {
        /// Name of the Service's port.
        pub name: String,
        /// Port of the pods.
        pub port: Option<i32>,
        /// Protocol.
        pub protocol: String,
    }

    /// The older form of a Service's endpoints; same name as the Service.
    pub struct Endpoints {
        /// Metadata.
        pub metadata: Metadata,
        /// Groups of addresses that share ports.
        pub subsets: Vec<EndpointSubset>,
    }

    /// Addresses that share ports.
    pub struct EndpointSubset {
        /// Ready.
        pub addresses: Vec<EndpointAddress>,
        /// Not ready.
        pub not_ready_addresses: Vec<EndpointAddress>,
        /// Ports.
        pub ports: Vec<SlicePort>,
    }

    /// One address.
    pub struct EndpointAddress {
        /// Address.
        pub ip: String,
        /// What it is.
        pub target_ref: TargetReference,
    }
}

impl Service {
    /// Whether it has no address of its own, only its pods'.
    pub fn is_headless(&self) -> bool {
        self.spec.cluster_ip == "None"
    }

    /// The port of the pods that a port of this Service leads to.
    pub fn target(port: &ServicePort) -> PortName {
        if port.target_port == PortName::Number(0) { PortName::Number(port.port) } else { port.target_port.clone() }
    }
}
