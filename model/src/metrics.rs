//! Resource samples: from metrics.k8s.io and from the kubelet.

use jiff::Timestamp;

use crate::evidence::Origin;

/// Usage of one container at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContainerUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer of the sample inside the origin.
    pub pointer: String,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// When.
    pub time: Option<Timestamp>,
    /// Cores in use.
    pub cpu: Option<f64>,
    /// Working set in bytes.
    pub memory: Option<f64>,
    /// Bytes that its root file system and logs take.
    pub disk: Option<f64>,
    /// Bytes that its logs take, all files that the node keeps of them.
    pub logs: Option<f64>,
}

/// CPU periods of one container since it began, from cadvisor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Throttling {
    /// Where it was read; the line is that of the throttled counter.
    pub origin: Origin,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// Which sample of the run, from 0.
    pub sample: u32,
    /// Periods.
    pub periods: f64,
    /// Periods in which it was held back.
    pub throttled: f64,
    /// The line as it stands.
    pub quote: String,
}

/// State of a volume as the kubelet sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VolumeUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer inside the origin.
    pub pointer: String,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Volume.
    pub volume: String,
    /// Claim, if the volume is one.
    pub claim: String,
    /// Bytes in all.
    pub capacity: f64,
    /// Bytes used.
    pub used: f64,
    /// Bytes left.
    pub available: f64,
    /// Files that still fit, where the kubelet counts them.
    pub inodes_free: Option<f64>,
}

/// Usage of a node at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer inside the origin.
    pub pointer: String,
    /// Node.
    pub node: String,
    /// When.
    pub time: Option<Timestamp>,
    /// Cores in use.
    pub cpu: Option<f64>,
    /// Working set in bytes.
    pub memory: Option<f64>,
    /// Bytes left on its file system.
    pub disk_available: Option<f64>,
    /// Bytes of its file system.
    pub disk_capacity: Option<f64>,
}

/// An HTTP answer of a component's health endpoint, or of a Service through the API server's proxy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpAnswer {
    /// Where it was read.
    pub origin: Origin,
    /// What was asked: `readyz`, or `namespace/service:port/path`.
    pub target: String,
    /// What it was asked for: `ServiceMonitor/NAME`, `Deployment/NAME readinessProbe`, an annotation.
    pub why: Vec<String>,
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// Whether the API server answered, because nobody behind the Service did.
    pub by_api_server: bool,
    /// Content type.
    pub content_type: String,
    /// Head of the body.
    pub body: String,
    /// Milliseconds until the answer.
    pub millis: u64,
}
