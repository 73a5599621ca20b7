//! Containers of pods: what is wanted of each, and how it does.

use jiff::Timestamp;

use crate::lenient::shape;
use crate::selector::Labels;

shape! {
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

    /// Status of a container.
    pub struct ContainerStatus {
        /// Name.
        pub name: String,
        /// Image as pulled.
        pub image: String,
        /// Digest of the image.
        #[serde(rename = "imageID")]
        pub image_id: String,
        /// Id at the runtime: `containerd://…`.
        #[serde(rename = "containerID")]
        pub container_id: String,
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
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

/// Every container of a list, with its status.
pub(super) fn views<'a>(
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
