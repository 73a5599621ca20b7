//! # secret-key-missing
//!
//! A pod refers to a key that its Secret does not have.
//!
//! ## What it detects
//! A container that cannot start because `secretKeyRef`, or a chosen item of a Secret volume, names a key that is not in
//! the Secret. The Secret itself exists. The nearest existing key is offered.
//!
//! ## Why it happens
//! A typing error, a key that was renamed on one side only, or a Secret made from another template than the Deployment.
//! Kubernetes checks the key only when it makes the container, so the Deployment is accepted and its pods then stay in
//! `CreateContainerConfigError`.
//!
//! ## How to confirm
//! `kubectl describe secret NAME` lists the keys (never the values); compare them with `kubectl describe pod`, under
//! *Environment*.
//!
//! ## How to fix
//! Correct the key in the workload, or add it to the Secret; then the kubelet makes the container by itself.
//!
//! ## When it stays silent
//! When the reference is `optional`, when the Secret does not exist at all (that is secret-missing), when Secrets were not
//! collected and the kubelet has not said it either, and when the pod that refers to the key runs all the same: the key was
//! taken away later and is not yet missed.

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::absent_key;
use super::reference::Target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "secret-key-missing",
    title: "A pod refers to a key that its Secret does not have",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Secret Mounting Problems",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check: |context| absent_key::findings(context, Target::Secret),
};
