//! # config-map-missing
//!
//! A pod refers to a ConfigMap that does not exist.
//!
//! ## What it detects
//! Pods that wait because a variable, `envFrom` or a volume names a ConfigMap that is not in their namespace. The nearest name
//! is offered; one of that name in another namespace, or a Secret of that name, is pointed out.
//!
//! ## Why it happens
//! A slip of the pen, a ConfigMap that was not applied with the rest, or one whose generated name (`app-config-7c9d8`) has
//! changed since the workload was applied.
//!
//! ## How to confirm
//! `kubectl get configmaps -n NAMESPACE`; `kubectl describe pod` says `configmap "NAME" not found` under *Events*.
//!
//! ## How to fix
//! Make the ConfigMap, or correct the name in the workload. Waiting pods start by themselves once it is there.
//!
//! ## When it stays silent
//! When the reference is `optional`, when the ConfigMap is there by now, and when ConfigMaps were not collected and the kubelet
//! has not said it either. The moments in which a kubelet's cache is not yet filled (`failed to sync configmap cache`) do not
//! count.

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::absent_object;
use super::reference::Target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-map-missing",
    title: "A pod refers to a ConfigMap that does not exist",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "ConfigMap Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check: |context| absent_object::findings(context, Target::ConfigMap),
};
