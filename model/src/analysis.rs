//! The result: what broke, why, what follows from it, and what could not be said.

use std::collections::BTreeMap;

use crate::coverage::InputProblem;
use crate::finding::{Finding, Severity};
use crate::overview::Overview;
use crate::patterns::LogPatterns;
use crate::reference::ObjectRef;
use crate::rule::Level;
use crate::snapshot::BundleFacts;
use jiff::Timestamp;

/// A finding with what the engine knows of its rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The finding.
    pub finding: Finding,
    /// Level of its rule.
    pub level: Level,
    /// Severity: the finding's own, else the rule's.
    pub severity: Severity,
    /// Indices into [`Analysis::findings`] of what it explains, directly or not.
    pub explains: Vec<usize>,
    /// Indices into [`Analysis::findings`] of what explains it.
    pub explained_by: Vec<usize>,
}

/// Most consequences that are told with one root cause, the first in telling order.
pub const TOLD: usize = 40;

/// How a consequence hangs on what explains it: relations of the cluster from where the consequence shows to where the
/// other works. None where both are at the same object.
pub type Way = Vec<(Relation, ObjectRef)>;

/// What an object has to do with the one whose trouble reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A Service selects the pods of a workload.
    Selects,
    /// An Ingress routes to a Service.
    RoutesTo,
    /// A workload runs on a node.
    RunsOn,
    /// A workload mounts a claim.
    Mounts,
    /// A client calls a Service, by the word of a finding about the client.
    Calls,
    /// An object needs another, by the word of a finding about it, or what the whole cluster needs: DNS, control plane.
    DependsOn,
    /// A workload is in the mesh that an object governs.
    IsMeshedBy,
    /// Requests to a Service are steered by an object of the mesh.
    IsSteeredBy,
}

impl Relation {
    /// As reports spell it: a verb between the object and what it leads to.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Selects => "selects",
            Self::RoutesTo => "routes to",
            Self::RunsOn => "runs on",
            Self::Mounts => "mounts",
            Self::Calls => "calls",
            Self::DependsOn => "depends on",
            Self::IsMeshedBy => "is meshed by",
            Self::IsSteeredBy => "is steered by",
        }
    }
}

/// A rule that found something, with what its page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiredRule {
    /// The rule.
    pub rule: &'static str,
    /// What it says, in one line.
    pub title: &'static str,
    /// Level of the rule.
    pub level: Level,
    /// The rule's own severity.
    pub severity: Severity,
    /// The rule's page, Markdown.
    pub page: String,
}

/// A rule that looked and found nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuledOut {
    /// The rule.
    pub rule: &'static str,
    /// What it says when it fires: what is therefore not the case.
    pub title: &'static str,
}

/// A rule that could not look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEvaluated {
    /// The rule.
    pub rule: &'static str,
    /// Why.
    pub reason: String,
}

/// What happened when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When.
    pub time: Timestamp,
    /// Kind of moment: `event`, `restart`, `rollout`, `log`, `collection`.
    pub kind: &'static str,
    /// Whom it is about.
    pub object: ObjectRef,
    /// What happened.
    pub text: String,
    /// How often, up to the last time.
    pub count: i64,
}

/// One source's coverage, as reports show it.
pub type CoverageLine = crate::coverage::SourceCoverage;

/// The result of an analysis. Everything in it is in a fixed order: the same bundle gives the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Analysis {
    /// Path of the bundle as it was given.
    pub bundle: String,
    /// Facts about the bundle and its cluster.
    pub facts: BundleFacts,
    /// The bundle's time.
    pub taken_at: Option<Timestamp>,
    /// All findings; roots first in rank order, then the rest.
    pub findings: Vec<Ranked>,
    /// Indices of the root causes, in rank order.
    pub roots: Vec<usize>,
    /// By the indices of a finding and of a consequence of it, as far as both are told with a root: how the second hangs
    /// on the first.
    pub ways: BTreeMap<(usize, usize), Way>,
    /// Indices of prevention findings.
    pub prevention: Vec<usize>,
    /// Rules that found something, by name.
    pub fired: Vec<FiredRule>,
    /// What was checked and is fine.
    pub ruled_out: Vec<RuledOut>,
    /// What could not be checked.
    pub not_evaluated: Vec<NotEvaluated>,
    /// What happened, oldest first; the most telling only.
    pub timeline: Vec<Moment>,
    /// What the logs say, by workload.
    pub log_patterns: LogPatterns,
    /// The cluster as it is drawn beside the findings.
    pub overview: Overview,
    /// What was collected.
    pub coverage: Vec<CoverageLine>,
    /// What could not be read.
    pub problems: Vec<InputProblem>,
    /// Counts for the head of a report: pods, of these not ready, nodes, log lines, bytes.
    pub totals: Totals,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Nodes.
    pub nodes: u64,
    /// Pods.
    pub pods: u64,
    /// Pods that should be ready and are not.
    pub pods_not_ready: u64,
    /// Objects of all kinds, without events.
    pub objects: u64,
    /// Events.
    pub events: u64,
    /// Log lines.
    pub log_lines: u64,
    /// Rules that looked.
    pub rules: u64,
}

/// When a failure began: by its cause, or where that has no time, by the first that follows from it.
pub fn began(findings: &[Ranked], cause: &Ranked) -> Option<Timestamp> {
    let consequences = cause.explains.iter().filter_map(|&i| findings.get(i));
    cause.finding.first_seen.or_else(|| consequences.filter_map(|c| c.finding.first_seen).min())
}

impl Analysis {
    /// The root causes, the most likely first.
    pub fn root_causes(&self) -> impl Iterator<Item = &Ranked> {
        self.roots.iter().filter_map(|&i| self.findings.get(i))
    }
}
