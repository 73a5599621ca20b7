//! # secret-missing
//!
//! A pod refers to a Secret that does not exist.
//!
//! ## What it detects
//! Pods that wait because a variable, `envFrom` or a volume names a Secret that is not in their namespace. The nearest name is
//! offered, one of that name in another namespace or a ConfigMap of that name is pointed out, and so is the ExternalSecret,
//! SealedSecret or Certificate that should have made it, with its own words.
//!
//! ## Why it happens
//! A slip of the pen, a Secret that was never created in this namespace (Secrets are seldom part of a chart), one that was
//! deleted or renamed, or a controller that has not delivered it. The Deployment is accepted all the same.
//!
//! ## How to confirm
//! `kubectl get secrets -n NAMESPACE`; `kubectl describe pod` says `secret "NAME" not found` under *Events*.
//!
//! ## How to fix
//! Make the Secret, or correct the name in the workload. Waiting pods start by themselves once it is there.
//!
//! ## When it stays silent
//! When the reference is `optional`, when the Secret is there by now, when Secrets were not collected and the kubelet has not
//! said it either, and for Secrets that only pull images (image-pull-secret-missing) or hold an Ingress's certificate
//! (tls-secret-missing).

use tarbox_model::Rule;
use tarbox_model::finding::Severity;
use tarbox_model::rule::{Effect, Level, Need};

use super::absent_object;
use super::reference::Target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "secret-missing",
    title: "A pod refers to a Secret that does not exist",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Secret Mounting Problems",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::NotStarted],
    explained_by: &[],
    check: |context| absent_object::findings(context, Target::Secret),
};
