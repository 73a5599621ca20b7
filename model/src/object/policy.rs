//! What limits others: quotas, ranges, network policies, disruption budgets, autoscalers.

use super::{Condition, Metadata, PortName};
use crate::lenient::shape;
use crate::selector::{LabelSelector, Labels};

shape! {
    /// A resource quota.
    pub struct ResourceQuota {
        /// Metadata.
        pub metadata: Metadata,
        /// What is allowed.
        pub spec: QuotaSpec,
        /// What is used.
        pub status: QuotaStatus,
    }

    /// What a quota allows.
    pub struct QuotaSpec {
        /// Quantities by resource.
        pub hard: Labels,
    }

    /// What of a quota is used.
    pub struct QuotaStatus {
        /// Allowed.
        pub hard: Labels,
        /// Used.
        pub used: Labels,
    }

    /// A limit range.
    pub struct LimitRange {
        /// Metadata.
        pub metadata: Metadata,
        /// Spec.
        pub spec: LimitRangeSpec,
    }

    /// Spec of a limit range.
    pub struct LimitRangeSpec {
        /// Limits by type.
        pub limits: Vec<LimitRangeItem>,
    }

    /// Limits for a type.
    pub struct LimitRangeItem {
        /// `Container`, `Pod`, `PersistentVolumeClaim`.
        pub r#type: String,
        /// Greatest.
        pub max: Labels,
        /// Least.
        pub min: Labels,
        /// Limits when none are given.
        pub default: Labels,
        /// Requests when none are given.
        pub default_request: Labels,
        /// Greatest limit as a multiple of the request.
        pub max_limit_request_ratio: Labels,
    }

    /// A network policy.
    pub struct NetworkPolicy {
        /// Metadata.
        pub metadata: Metadata,
        /// Spec.
        pub spec: NetworkPolicySpec,
    }

    /// Spec of a network policy.
    pub struct NetworkPolicySpec {
        /// Which pods it covers.
        pub pod_selector: LabelSelector,
        /// `Ingress`, `Egress`; when empty: Ingress, and Egress if there are egress rules.
        pub policy_types: Vec<String>,
        /// What may come in.
        pub ingress: Vec<PolicyRule>,
        /// What may go out.
        pub egress: Vec<PolicyRule>,
    }

    /// One allowance; no peers means everybody, no ports means every port.
    pub struct PolicyRule {
        /// From whom.
        pub from: Vec<PolicyPeer>,
        /// To whom.
        pub to: Vec<PolicyPeer>,
        /// Over which ports.
        pub ports: Vec<PolicyPort>,
    }

    /// One peer.
    pub struct PolicyPeer {
        /// Pods.
        pub pod_selector: Option<LabelSelector>,
        /// Namespaces.
        pub namespace_selector: Option<LabelSelector>,
        /// Addresses.
        pub ip_block: Option<IpBlock>,
    }

    /// A range of addresses.
    pub struct IpBlock {
        /// Range.
        pub cidr: String,
        /// Except these.
        pub except: Vec<String>,
    }

    /// A port of a policy.
    pub struct PolicyPort {
        /// Port; every port when `None`.
        pub port: Option<PortName>,
        /// End of a range.
        pub end_port: Option<i32>,
        /// Protocol.
        pub protocol: String,
    }

    /// A disruption budget.
    pub struct PodDisruptionBudget {
        /// Metadata.
        pub metadata: Metadata,
        /// Spec.
        pub spec: DisruptionSpec,
        /// Status.
        pub status: DisruptionStatus,
    }

    /// Spec of a disruption budget.
    pub struct DisruptionSpec {
        /// Which pods.
        pub selector: Option<LabelSelector>,
        /// Must stay.
        pub min_available: Option<PortName>,
        /// May go.
        pub max_unavailable: Option<PortName>,
    }

    /// Status of a disruption budget.
    pub struct DisruptionStatus {
        /// Healthy pods.
        pub current_healthy: i32,
        /// Pods that must be healthy.
        pub desired_healthy: i32,
        /// Pods that may go now.
        pub disruptions_allowed: i32,
        /// Pods counted.
        pub expected_pods: i32,
        /// Conditions.
        pub conditions: Vec<Condition>,
    }

    /// A horizontal autoscaler.
    pub struct HorizontalPodAutoscaler {
        /// Metadata.
        pub metadata: Metadata,
        /// Spec.
        pub spec: AutoscalerSpec,
        /// Status.
        pub status: AutoscalerStatus,
    }

    /// Spec of an autoscaler.
    pub struct AutoscalerSpec {
        /// What is scaled.
        pub scale_target_ref: super::TargetReference,
        /// Fewest.
        pub min_replicas: Option<i32>,
        /// Most.
        pub max_replicas: i32,
    }

    /// Status of an autoscaler.
    pub struct AutoscalerStatus {
        /// Pods now.
        pub current_replicas: i32,
        /// Pods wanted.
        pub desired_replicas: i32,
        /// What was measured.
        pub current_metrics: Vec<AutoscalerMetric>,
        /// Conditions.
        pub conditions: Vec<Condition>,
    }

    /// One metric that an autoscaler has measured.
    pub struct AutoscalerMetric {
        /// `Resource`, `Pods`, `External`, …
        pub r#type: String,
        /// The figure, for `Resource`.
        pub resource: ResourceMetric,
    }

    /// A resource's figure.
    pub struct ResourceMetric {
        /// `cpu`, `memory`.
        pub name: String,
        /// Now.
        pub current: MetricValue,
    }

    /// A measured value.
    pub struct MetricValue {
        /// Per cent of the request, on average.
        pub average_utilization: Option<i64>,
        /// Quantity, on average.
        pub average_value: String,
    }
}
