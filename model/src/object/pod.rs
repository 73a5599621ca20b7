//! Pods and what is in them.

use jiff::Timestamp;

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

    /// A container.
    pub struct Container {
        /// Name.
        pub name: String,
        /// Image.
        pub image: String,
        /// `Always`, `IfNotPresent`, `Never`.
        pub image_pull_policy: String,
        /// Entry point.
        pub command: Vec<String>,
        /// Arguments.
        pub args: Vec<String>,
        /// Working folder.
        pub working_dir: String,
        /// Environment.
        pub env: Vec<EnvVar>,
        /// Whole objects as environment.
        pub env_from: Vec<EnvFrom>,
        /// Ports that it says it listens on.
        pub ports: Vec<ContainerPort>,
        /// Requests and limits.
        pub resources: Resources,
        /// Mounts.
        pub volume_mounts: Vec<VolumeMount>,
        /// Readiness probe.
        pub readiness_probe: Option<Probe>,
        /// Liveness probe.
        pub liveness_probe: Option<Probe>,
        /// Startup probe.
        pub startup_probe: Option<Probe>,
        /// `Always` on an init container makes it a sidecar.
        pub restart_policy: String,
        /// Security settings.
        pub security_context: SecurityContext,
        /// Hooks.
        pub lifecycle: Option<serde_json::Value>,
    }

    /// One environment variable.
    pub struct EnvVar {
        /// Name.
        pub name: String,
        /// Value, when it is given in place; may be a redaction's placeholder.
        pub value: Option<String>,
        /// Source, when it comes from elsewhere.
        pub value_from: Option<EnvSource>,
    }

    /// Where a variable's value comes from.
    pub struct EnvSource {
        /// A key of a Secret.
        pub secret_key_ref: Option<KeyReference>,
        /// A key of a ConfigMap.
        pub config_map_key_ref: Option<KeyReference>,
        /// A field of the pod.
        pub field_ref: Option<serde_json::Value>,
        /// A resource of the container.
        pub resource_field_ref: Option<serde_json::Value>,
    }

    /// A key in a Secret or ConfigMap.
    pub struct KeyReference {
        /// Name of the object.
        pub name: String,
        /// Key.
        pub key: String,
        /// Whether the pod starts without it.
        pub optional: bool,
    }

    /// A whole object as environment.
    pub struct EnvFrom {
        /// Put before each name.
        pub prefix: String,
        /// A Secret.
        pub secret_ref: Option<ObjectOption>,
        /// A ConfigMap.
        pub config_map_ref: Option<ObjectOption>,
    }

    /// A named object that may be optional.
    pub struct ObjectOption {
        /// Name.
        pub name: String,
        /// Whether the pod starts without it.
        pub optional: bool,
    }

    /// A declared port.
    pub struct ContainerPort {
        /// Name.
        pub name: String,
        /// Port in the container.
        pub container_port: i32,
        /// Port on the node.
        pub host_port: i32,
        /// Address on the node that `host_port` is bound to.
        pub host_ip: String,
        /// `TCP` (also when empty), `UDP`, `SCTP`.
        pub protocol: String,
    }

    /// Requests and limits; quantities as text, by resource name.
    pub struct Resources {
        /// Reserved.
        pub requests: Labels,
        /// At most.
        pub limits: Labels,
    }

    /// A mount.
    pub struct VolumeMount {
        /// Volume.
        pub name: String,
        /// Where.
        pub mount_path: String,
        /// Part of the volume; such a mount never follows an update.
        pub sub_path: String,
        /// Read-only.
        pub read_only: bool,
    }

    /// A probe.
    pub struct Probe {
        /// HTTP GET.
        pub http_get: Option<HttpGet>,
        /// TCP connect.
        pub tcp_socket: Option<TcpSocket>,
        /// gRPC health.
        pub grpc: Option<GrpcProbe>,
        /// Command.
        pub exec: Option<ExecProbe>,
        /// Seconds before the first try.
        pub initial_delay_seconds: Option<i64>,
        /// Seconds between tries (10 when not set).
        pub period_seconds: Option<i64>,
        /// Seconds for an answer (1 when not set).
        pub timeout_seconds: Option<i64>,
        /// Failures in a row that count (3 when not set).
        pub failure_threshold: Option<i64>,
        /// Successes in a row that count (1 when not set).
        pub success_threshold: Option<i64>,
    }

    /// HTTP probe.
    pub struct HttpGet {
        /// Path.
        pub path: String,
        /// Port: number or name.
        pub port: PortName,
        /// `HTTP` (also when empty) or `HTTPS`.
        pub scheme: String,
        /// Address, when it is not the pod's.
        pub host: String,
    }

    /// TCP probe.
    pub struct TcpSocket {
        /// Port: number or name.
        pub port: PortName,
    }

    /// gRPC probe.
    pub struct GrpcProbe {
        /// Port.
        pub port: i32,
        /// Service name asked for.
        pub service: String,
    }

    /// Command probe.
    pub struct ExecProbe {
        /// Command and arguments.
        pub command: Vec<String>,
    }

    /// Security settings, of pod or container.
    pub struct SecurityContext {
        /// Must not be root.
        pub run_as_non_root: Option<bool>,
        /// User id.
        pub run_as_user: Option<i64>,
        /// Group of volumes.
        pub fs_group: Option<i64>,
        /// Root file system is read-only.
        pub read_only_root_filesystem: Option<bool>,
        /// All powers.
        pub privileged: Option<bool>,
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
        /// In which namespaces; the pod's own when empty.
        pub namespaces: Vec<String>,
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

    /// Status of a container.
    pub struct ContainerStatus {
        /// Name.
        pub name: String,
        /// Image as pulled.
        pub image: String,
        /// Digest of the image.
        #[serde(rename = "imageID")]
        pub image_id: String,
        /// Now.
        pub state: ContainerState,
        /// Before the last restart.
        pub last_state: ContainerState,
        /// Whether it counts as ready.
        pub ready: bool,
        /// Whether it has passed its start-up.
        pub started: Option<bool>,
        /// Restarts.
        pub restart_count: i32,
    }

    /// State of a container: one of the three.
    pub struct ContainerState {
        /// Not yet running.
        pub waiting: Option<Waiting>,
        /// Running.
        pub running: Option<Running>,
        /// Ended.
        pub terminated: Option<Terminated>,
    }

    /// Waiting.
    pub struct Waiting {
        /// Reason: `CrashLoopBackOff`, `ImagePullBackOff`.
        pub reason: String,
        /// Message.
        pub message: String,
    }

    /// Running.
    pub struct Running {
        /// Since.
        pub started_at: Option<Timestamp>,
    }

    /// Ended.
    pub struct Terminated {
        /// Exit code.
        pub exit_code: i32,
        /// Signal, where the runtime tells.
        pub signal: i32,
        /// Reason: `OOMKilled`, `Error`, `Completed`, `StartError`.
        pub reason: String,
        /// Message, or the end of the termination log.
        pub message: String,
        /// Began.
        pub started_at: Option<Timestamp>,
        /// Ended.
        pub finished_at: Option<Timestamp>,
    }
}

/// A port by number or by name, as Services and probes give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(untagged)]
pub enum PortName {
    /// By number.
    Number(i32),
    /// By a container port's name.
    Name(String),
}

impl Default for PortName {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl std::fmt::Display for PortName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// One container with what is known of it: where it stands in spec and status.
#[derive(Debug, Clone, Copy)]
pub struct ContainerView<'a> {
    /// The spec.
    pub spec: &'a Container,
    /// JSON pointer of the spec: `/spec/containers/0`.
    pub spec_list: &'static str,
    /// Index in that list.
    pub index: usize,
    /// The status with its list and index, when the kubelet has reported one.
    pub status: Option<(&'static str, usize, &'a ContainerStatus)>,
    /// Whether it is an init container (sidecars included).
    pub init: bool,
}

impl ContainerView<'_> {
    /// JSON pointer of the spec, with a suffix such as `/image`.
    pub fn spec_pointer(&self, suffix: &str) -> String {
        format!("{}/{}{suffix}", self.spec_list, self.index)
    }

    /// JSON pointer of the status, with a suffix such as `/state/waiting/reason`.
    pub fn status_pointer(&self, suffix: &str) -> String {
        match self.status {
            Some((list, index, _)) => format!("{list}/{index}{suffix}"),
            None => String::new(),
        }
    }

    /// Whether it is a sidecar: an init container that goes on running.
    pub fn is_sidecar(&self) -> bool {
        self.init && self.spec.restart_policy == "Always"
    }
}

impl Pod {
    /// Every init and ordinary container, with its status.
    pub fn containers(&self) -> impl Iterator<Item = ContainerView<'_>> {
        let view = |specs, spec_list, statuses, status_list, init| views(specs, spec_list, statuses, status_list, init);
        view(
            &self.spec.init_containers,
            "/spec/initContainers",
            &self.status.init_container_statuses,
            "/status/initContainerStatuses",
            true,
        )
        .chain(view(
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

fn views<'a>(
    specs: &'a [Container],
    spec_list: &'static str,
    statuses: &'a [ContainerStatus],
    status_list: &'static str,
    init: bool,
) -> impl Iterator<Item = ContainerView<'a>> {
    specs.iter().enumerate().map(move |(index, spec)| ContainerView {
        spec,
        spec_list,
        index,
        status: statuses.iter().enumerate().find(|(_, s)| s.name == spec.name).map(|(i, s)| (status_list, i, s)),
        init,
    })
}
