//! # version-skew
//!
//! A node's kubelet is too old or too new for the API server.
//!
//! ## What it detects
//! Kubelets that are newer than the API server, or older by more minor versions than Kubernetes supports (three; two before
//! 1.28).
//!
//! ## Why it happens
//! Nodes were upgraded before the control plane, or were forgotten when it was upgraded.
//!
//! ## How to confirm
//! `kubectl version` and `kubectl get nodes`.
//!
//! ## How to fix
//! Upgrade the control plane first, then the nodes, one minor version at a time.
//!
//! ## When it stays silent
//! When a version is not told, and within the supported distance.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Node, Object};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "version-skew",
    title: "A kubelet is too old or too new for the API server",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Cluster-Level Debugging",
    needs: &[Need::Objects("nodes")],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let told = context.snapshot.facts.server_version.as_str();
    let Some(server) = minor(told) else { return Vec::new() };
    let mut by_version: BTreeMap<&str, Vec<&Object<Node>>> = BTreeMap::new();
    for node in &context.snapshot.nodes {
        by_version.entry(node.status.node_info.kubelet_version.as_str()).or_default().push(node);
    }
    let supported = if server >= 28 { 3 } else { 2 };
    let mut findings = Vec::new();
    for (version, nodes) in by_version {
        let Some((kubelet, node)) = minor(version).zip(nodes.first()) else { continue };
        let (what, advice) = match server - kubelet {
            behind if behind < 0 => {
                ("newer than", "Upgrade the control plane; until then the newer kubelet may use what the API server does not know.")
            }
            behind if behind > supported => ("too old for", "Upgrade the nodes, one minor version at a time."),
            _ => continue,
        };
        let names = listed(nodes.iter().map(|n| n.metadata.name.as_str()));
        findings.push(
            Finding::new(node.reference(), format!("Kubelet {version} is {what} API server {told}"), node.evidence("/status/nodeInfo/kubeletVersion", version))
                .summary(format!("The API server is {told}, the kubelet of {names} is {version}. A kubelet must not be newer, and at most {supported} minor versions older."))
                .confidence(0.95)
                .remedy(advice, "kubectl get nodes -o custom-columns=NODE:.metadata.name,KUBELET:.status.nodeInfo.kubeletVersion"),
        );
    }
    findings
}

/// The minor version of `v1.31.2`, `1.31+`, `v1.29.4-eks-036c24b`.
fn minor(version: &str) -> Option<i64> {
    let rest = version.trim_start_matches('v').strip_prefix("1.")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
