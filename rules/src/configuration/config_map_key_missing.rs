//! # config-map-key-missing
//!
//! A pod refers to a key that its ConfigMap does not have.
//!
//! ## What it detects
//! A container that cannot start because `configMapKeyRef`, or a chosen item of a ConfigMap volume, names a key that is not in
//! the ConfigMap. The ConfigMap itself exists. The nearest existing key is offered.
//!
//! ## Why it happens
//! A typing error, a key that was renamed on one side only, or a ConfigMap made from another template than the Deployment.
//! Kubernetes checks the key only when it makes the container, so the Deployment is accepted and its pods then stay in
//! `CreateContainerConfigError`.
//!
//! ## How to confirm
//! `kubectl get configmap NAME -o yaml` shows the keys; compare them with `kubectl describe pod`, under
//! *Environment*.
//!
//! ## How to fix
//! Correct the key in the workload, or add it to the ConfigMap; then the kubelet makes the container by itself.
//!
//! ## When it stays silent
//! When the reference is `optional`, when the ConfigMap does not exist at all (that is config-map-missing), when ConfigMaps were not
//! collected and the kubelet has not said it either, and when the pod that refers to the key runs all the same: the key was
//! taken away later and is not yet missed.

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::absent_key;
use super::reference::Target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "config-map-key-missing",
    title: "A pod refers to a key that its ConfigMap does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "ConfigMap Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check: |context| absent_key::findings(context, Target::ConfigMap),
};
