//! What a rule is: what it looks for, what it needs, what its finding breaks, and what would explain its finding.

use crate::finding::{Finding, Severity};
use crate::relations::Relations;
use crate::snapshot::Snapshot;

/// Whether a finding can be the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Can be a root cause.
    Cause,
    /// Mostly a consequence: an answer only when nothing explains it.
    Symptom,
    /// Bad practice: reported apart.
    Prevention,
}

impl Level {
    /// As documentation spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Symptom => "symptom",
            Self::Prevention => "prevention",
        }
    }
}

/// What a rule must have to say anything; without it the rule is *not evaluated*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A resource, `pods`: at least part of it.
    Objects(&'static str),
    /// A resource without a gap: the rule concludes from something's absence.
    AllObjects(&'static str),
    /// Container logs.
    Logs,
    /// Samples of the kubelet (`stats/summary`, cadvisor).
    Kubelet,
    /// Any one of these resources.
    AnyOf(&'static [&'static str]),
}

/// A state of an object that a finding brings about or shows. States spread along relations: a pod that is not ready
/// takes its place from the Service, the Service's clients fail, and so on (the analyzer's causal graph).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// A component of the control plane does not work (at the cluster).
    ControlPlaneDown,
    /// A node takes no part any more (at the node).
    NodeDown,
    /// Names are not resolved (at the cluster).
    DnsDown,
    /// Packets do not pass (at a node, a workload or the cluster).
    NetworkBroken,
    /// Nobody in a service mesh trusts anybody any more (at what holds the mesh's authority).
    MeshDown,
    /// A volume cannot be used (at the claim).
    VolumeUnavailable,
    /// Pods are not even created (at the workload).
    PodsNotCreated,
    /// Pods find no node (at the workload).
    Unscheduled,
    /// An image does not come (at the workload).
    ImageUnavailable,
    /// A container cannot be made or begun (at the workload).
    NotStarted,
    /// A process is given settings that are empty, outdated or its own defaults (at the workload).
    Misconfigured,
    /// A container's process ends (at the workload).
    Exits,
    /// A container is held back or has too little (at the workload).
    Slow,
    /// A probe fails (at the workload).
    ProbeFails,
    /// Containers restart (at the workload).
    Restarts,
    /// Pods are not ready (at the workload).
    NotReady,
    /// A rollout does not end (at the workload).
    RolloutBlocked,
    /// A Service has nobody behind it (at the Service).
    NoEndpoints,
    /// A Service does not answer its clients (at the Service).
    Unreachable,
    /// A client cannot resolve a name (at the client's workload).
    NameUnresolved,
    /// Something that a client calls does not answer (at the client's workload).
    DependencyDown,
    /// A Service has no address for the world outside (at the Service).
    NoAddress,
    /// No controller serves an Ingress (at the Ingress).
    IngressUnserved,
    /// Requests from outside fail (at the Ingress).
    IngressErrors,
    /// Metrics are missing (at whoever needs them).
    MetricsMissing,
}

impl Effect {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::ControlPlaneDown,
        Self::NodeDown,
        Self::DnsDown,
        Self::NetworkBroken,
        Self::MeshDown,
        Self::VolumeUnavailable,
        Self::PodsNotCreated,
        Self::Unscheduled,
        Self::ImageUnavailable,
        Self::NotStarted,
        Self::Misconfigured,
        Self::Exits,
        Self::Slow,
        Self::ProbeFails,
        Self::Restarts,
        Self::NotReady,
        Self::RolloutBlocked,
        Self::NoEndpoints,
        Self::Unreachable,
        Self::NameUnresolved,
        Self::DependencyDown,
        Self::NoAddress,
        Self::IngressUnserved,
        Self::IngressErrors,
        Self::MetricsMissing,
    ];

    /// As files of users and documentation spell it: `not-ready`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ControlPlaneDown => "control-plane-down",
            Self::NodeDown => "node-down",
            Self::DnsDown => "dns-down",
            Self::NetworkBroken => "network-broken",
            Self::MeshDown => "mesh-down",
            Self::VolumeUnavailable => "volume-unavailable",
            Self::PodsNotCreated => "pods-not-created",
            Self::Unscheduled => "unscheduled",
            Self::ImageUnavailable => "image-unavailable",
            Self::NotStarted => "not-started",
            Self::Misconfigured => "misconfigured",
            Self::Exits => "exits",
            Self::Slow => "slow",
            Self::ProbeFails => "probe-fails",
            Self::Restarts => "restarts",
            Self::NotReady => "not-ready",
            Self::RolloutBlocked => "rollout-blocked",
            Self::NoEndpoints => "no-endpoints",
            Self::Unreachable => "unreachable",
            Self::NameUnresolved => "name-unresolved",
            Self::DependencyDown => "dependency-down",
            Self::NoAddress => "no-address",
            Self::IngressUnserved => "ingress-unserved",
            Self::IngressErrors => "ingress-errors",
            Self::MetricsMissing => "metrics-missing",
        }
    }
}

/// Everything that a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What was read.
    pub snapshot: &'a Snapshot,
    /// The joins.
    pub relations: &'a Relations,
}

/// One rule. Its page is the head of its file; see `docs` in the registry of the rules.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Name of the problem, kebab-case; stays for ever.
    pub id: &'static str,
    /// What it says, in one line.
    pub title: &'static str,
    /// Whether it can be the answer.
    pub level: Level,
    /// How bad, unless a finding says otherwise.
    pub severity: Severity,
    /// Section of the field guide that it serves.
    pub guide: &'static str,
    /// What it must have.
    pub needs: &'static [Need],
    /// States that its finding brings about, at the finding's subject, workload and cause. A symptom lists only what
    /// lies behind it, never what it shows.
    pub produces: &'static [Effect],
    /// States that explain its finding when they reach its subject, workload or dependencies.
    pub explained_by: &'static [Effect],
    /// The rule itself: pure, and never fails.
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// How a rule ended.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleOutcome {
    /// It found something.
    Fired(Vec<Finding>),
    /// It looked and found nothing.
    Clear,
    /// It could not look, because …
    NotEvaluated(String),
}

impl Rule {
    /// Why the rule cannot look, if it cannot.
    pub fn missing_need(&self, snapshot: &Snapshot) -> Option<String> {
        let coverage = &snapshot.coverage;
        let why =
            |source: &str| format!("{source} {} {}", if source.ends_with('s') { "were" } else { "was" }, coverage.outcome(source).words());
        self.needs.iter().find_map(|need| match need {
            Need::Objects(source) => (!coverage.has(source)).then(|| why(source)),
            Need::AllObjects(source) => (!coverage.is_complete(source)).then(|| why(source)),
            Need::Logs => (!coverage.has("logs")).then(|| why("logs")),
            Need::Kubelet => (!coverage.has("kubelet")).then(|| why("kubelet")),
            Need::AnyOf(sources) => {
                (!sources.iter().any(|s| coverage.has(s))).then(|| format!("none of {} was collected", sources.join(", ")))
            }
        })
    }
}
