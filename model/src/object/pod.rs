//! Pods: their volumes, where they may run, and how they do.

use jiff::Timestamp;

use super::container::{Container, ContainerStatus, ContainerView, Resources, SecurityContext, views};
use super::{Condition, Metadata};
use crate::lenient::shape;
use crate::selector::{LabelSelector, Labels, Requirement};

shape! {
    /// A pod.
    pub struct Pod {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: PodSpec,
        /// What is.
        pub status: PodStatus,
    }

    /// Spec of a pod, or of a workload's template.
    pub struct PodSpec {
        /// Containers.
        pub containers: Vec<Container>,
        /// Init containers; `restart_policy: Always` makes one a sidecar.
        pub init_containers: Vec<Container>,
        /// Ephemeral (debug) containers.
        pub ephemeral_containers: Vec<Container>,
        /// Volumes.
        pub volumes: Vec<Volume>,
        /// Node that it runs on; empty until scheduled.
        pub node_name: String,
        /// Labels that the node must carry.
        pub node_selector: Labels,
        /// Affinity.
        pub affinity: Affinity,
        /// Taints that it bears.
        pub tolerations: Vec<Toleration>,
        /// Spread over topology domains.
        pub topology_spread_constraints: Vec<TopologySpreadConstraint>,
        /// Secrets for pulling images.
        pub image_pull_secrets: Vec<LocalReference>,
        /// Service account; the API fills in `default`.
        pub service_account_name: String,
        /// `Always`, `OnFailure`, `Never`.
        pub restart_policy: String,
        /// Scheduler that is asked; the API fills in `default-scheduler`.
        pub scheduler_name: String,
        /// Gates that hold scheduling back.
        pub scheduling_gates: Vec<LocalReference>,
        /// Conditions beside the containers' own that the pod waits for to count as ready.
        pub readiness_gates: Vec<ReadinessGate>,
        /// Requests and limits of the pod as a whole.
        pub resources: Resources,
        /// Whether it shares the node's network.
        pub host_network: bool,
        /// Names that its `/etc/hosts` knows besides DNS.
        pub host_aliases: Vec<HostAlias>,
        /// `ClusterFirst`, `Default`, `None`, …
        pub dns_policy: String,
        /// DNS settings of its own.
        pub dns_config: DnsConfig,
        /// Security settings for all containers.
        pub security_context: SecurityContext,
        /// Priority class.
        pub priority_class_name: String,
        /// Grace period in seconds.
        pub termination_grace_period_seconds: Option<i64>,
    }

    /// A condition that a pod waits for to count as ready.
    pub struct ReadinessGate {
        /// Type of the condition.
        pub condition_type: String,
    }

    /// Names of an address in a pod's `/etc/hosts`.
    pub struct HostAlias {
        /// Address.
        pub ip: String,
        /// Names.
        pub hostnames: Vec<String>,
    }

    /// DNS settings of a pod.
    pub struct DnsConfig {
        /// Servers.
        pub nameservers: Vec<String>,
        /// Search domains.
        pub searches: Vec<String>,
    }

    /// A reference by name in the same namespace.
    pub struct LocalReference {
        /// Name.
        pub name: String,
    }

    /// A volume; the sources that rules read.
    pub struct Volume {
        /// Name.
        pub name: String,
        /// A Secret.
        pub secret: Option<SecretVolume>,
        /// A ConfigMap.
        pub config_map: Option<ConfigMapVolume>,
        /// A claim.
        pub persistent_volume_claim: Option<ClaimVolume>,
        /// Several sources.
        pub projected: Option<ProjectedVolume>,
        /// Scratch space.
        pub empty_dir: Option<EmptyDir>,
        /// A path on the node.
        pub host_path: Option<HostPath>,
    }

    /// A Secret as files.
    pub struct SecretVolume {
        /// Name of the Secret.
        pub secret_name: String,
        /// Chosen keys; all when empty.
        pub items: Vec<KeyToPath>,
        /// Whether the pod starts without it.
        pub optional: bool,
    }

    /// A ConfigMap as files.
    pub struct ConfigMapVolume {
        /// Name of the ConfigMap.
        pub name: String,
        /// Chosen keys; all when empty.
        pub items: Vec<KeyToPath>,
        /// Whether the pod starts without it.
        pub optional: bool,
    }

    /// A key as a file.
    pub struct KeyToPath {
        /// Key.
        pub key: String,
        /// File.
        pub path: String,
    }

    /// A claim as a volume.
    pub struct ClaimVolume {
        /// Name of the claim.
        pub claim_name: String,
    }

    /// A volume of several sources.
    pub struct ProjectedVolume {
        /// The sources.
        pub sources: Vec<ProjectedSource>,
    }

    /// One source of a projected volume.
    pub struct ProjectedSource {
        /// A Secret.
        pub secret: Option<ProjectedObject>,
        /// A ConfigMap.
        pub config_map: Option<ProjectedObject>,
    }

    /// A Secret or ConfigMap in a projected volume.
    pub struct ProjectedObject {
        /// Name.
        pub name: String,
        /// Chosen keys.
        pub items: Vec<KeyToPath>,
        /// Whether the pod starts without it.
        pub optional: bool,
    }

    /// Scratch space.
    pub struct EmptyDir {
        /// `Memory` for a RAM disk.
        pub medium: String,
        /// Quantity.
        pub size_limit: Option<String>,
    }

    /// A path on the node.
    pub struct HostPath {
        /// Path.
        pub path: String,
    }

    /// Affinity.
    pub struct Affinity {
        /// To nodes.
        pub node_affinity: NodeAffinity,
        /// To pods.
        pub pod_affinity: PodAffinity,
        /// Away from pods.
        pub pod_anti_affinity: PodAffinity,
    }

    /// Affinity to nodes.
    pub struct NodeAffinity {
        /// Must hold for scheduling.
        pub required_during_scheduling_ignored_during_execution: Option<NodeSelector>,
    }

    /// Any of the terms must match.
    pub struct NodeSelector {
        /// The terms.
        pub node_selector_terms: Vec<NodeSelectorTerm>,
    }

    /// All conditions of a term must match.
    pub struct NodeSelectorTerm {
        /// On labels.
        pub match_expressions: Vec<Requirement>,
        /// On fields (`metadata.name`).
        pub match_fields: Vec<Requirement>,
    }

    /// Affinity to, or away from, pods.
    pub struct PodAffinity {
        /// Must hold for scheduling.
        pub required_during_scheduling_ignored_during_execution: Vec<PodAffinityTerm>,
    }

    /// One such condition.
    pub struct PodAffinityTerm {
        /// Which pods.
        pub label_selector: Option<LabelSelector>,
        /// In which namespaces; the pod's own when this and the selector are absent.
        pub namespaces: Vec<String>,
        /// In the namespaces with these labels too; an empty selector means all.
        pub namespace_selector: Option<LabelSelector>,
        /// Node label that makes a domain.
        pub topology_key: String,
    }

    /// Spread over domains.
    pub struct TopologySpreadConstraint {
        /// Greatest difference allowed.
        pub max_skew: i32,
        /// Node label that makes a domain.
        pub topology_key: String,
        /// `DoNotSchedule` or `ScheduleAnyway`.
        pub when_unsatisfiable: String,
        /// Which pods are counted.
        pub label_selector: Option<LabelSelector>,
    }

    /// A taint that is borne.
    pub struct Toleration {
        /// Key; empty with `Exists` bears all.
        pub key: String,
        /// `Equal` (also when empty) or `Exists`.
        pub operator: String,
        /// Value for `Equal`.
        pub value: String,
        /// Effect; empty is every effect.
        pub effect: String,
    }

    /// Status of a pod.
    pub struct PodStatus {
        /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
        pub phase: String,
        /// Reason of a failure: `Evicted`, `OutOfcpu`.
        pub reason: String,
        /// Message.
        pub message: String,
        /// Conditions.
        pub conditions: Vec<Condition>,
        /// Containers.
        pub container_statuses: Vec<ContainerStatus>,
        /// Init containers.
        pub init_container_statuses: Vec<ContainerStatus>,
        /// Ephemeral containers.
        pub ephemeral_container_statuses: Vec<ContainerStatus>,
        /// When the kubelet took it up.
        pub start_time: Option<Timestamp>,
        /// Address.
        #[serde(rename = "podIP")]
        pub pod_ip: String,
        /// Address of its node.
        #[serde(rename = "hostIP")]
        pub host_ip: String,
        /// `Guaranteed`, `Burstable`, `BestEffort`.
        pub qos_class: String,
    }
}

impl Pod {
    /// The proxy of a service mesh beside the containers.
    pub fn mesh_proxy(&self) -> Option<ContainerView<'_>> {
        self.containers().find(|v| matches!(v.spec.name.as_str(), "istio-proxy" | "linkerd-proxy"))
    }

    /// Every init and ordinary container, with its status.
    pub fn containers(&self) -> impl Iterator<Item = ContainerView<'_>> {
        views(
            &self.spec.init_containers,
            "/spec/initContainers",
            &self.status.init_container_statuses,
            "/status/initContainerStatuses",
            true,
        )
        .chain(views(
            &self.spec.containers,
            "/spec/containers",
            &self.status.container_statuses,
            "/status/containerStatuses",
            false,
        ))
    }

    /// Whether the pod counts as ready.
    pub fn is_ready(&self) -> bool {
        super::condition(&self.status.conditions, "Ready").is_some_and(|(_, c)| c.status == "True")
    }

    /// Whether it has ended, well or badly.
    pub fn is_finished(&self) -> bool {
        matches!(self.status.phase.as_str(), "Succeeded" | "Failed")
    }

    /// Whether it should be serving: not ended, not being deleted.
    pub fn is_active(&self) -> bool {
        !self.is_finished() && self.metadata.deletion_timestamp.is_none()
    }

    /// Requests of the pod for a resource, as the scheduler counts them: the sum over containers and sidecars, or the
    /// largest init container, whichever is more.
    pub fn request(&self, resource: &str) -> f64 {
        self.spec.request(resource)
    }
}

impl PodSpec {
    /// See [`Pod::request`].
    pub fn request(&self, resource: &str) -> f64 {
        let of = |c: &Container| {
            c.resources
                .requests
                .get(resource)
                .or_else(|| c.resources.limits.get(resource))
                .and_then(|q| crate::quantity::parse(q))
                .unwrap_or(0.0)
        };
        let (mut sidecars, mut init) = (0.0, 0.0_f64);
        for container in &self.init_containers {
            if container.restart_policy == "Always" {
                sidecars += of(container);
                init = init.max(sidecars);
            } else {
                init = init.max(sidecars + of(container));
            }
        }
        init.max(sidecars + self.containers.iter().map(of).sum::<f64>())
    }
}
