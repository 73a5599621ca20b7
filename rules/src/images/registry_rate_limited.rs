//! # registry-rate-limited
//!
//! The registry gives no more images out for a while.
//!
//! ## What it detects
//! Containers whose image is refused with *too many requests*: whether the pod shows credentials, and whether it asks for the
//! image at every start.
//!
//! ## Why it happens
//! Public registries count pulls by address, and all nodes behind one gateway share it. `imagePullPolicy: Always` and crash
//! loops ask again and again.
//!
//! ## How to confirm
//! The registry's answer in `kubectl describe pod NAME`: *429* or *toomanyrequests*.
//!
//! ## How to fix
//! Show credentials (their limit is higher), use a mirror, or wait: the kubelet tries again by itself.
//!
//! ## When it stays silent
//! When the container runs meanwhile.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::{edit, patch_template};

/// The rule.
pub static RULE: Rule = Rule {
    id: "registry-rate-limited",
    title: "The registry gives no more images out for a while",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Registry Connectivity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    waiting(context).iter().filter(|p| p.failure == Failure::RateLimited).map(finding).collect()
}

fn finding(pull: &Pull<'_>) -> Finding {
    let (registry, ..) = parts(pull.image);
    let namespace = pull.pod.metadata.namespace.as_str();
    let anonymous = pull.pod.spec.image_pull_secrets.is_empty();
    let always = pull.view.spec.image_pull_policy == "Always";
    let mut why = String::new();
    if anonymous {
        why += " The pod shows no credentials, so it is counted with all others behind the same address.";
    }
    if always {
        why += " Its pull policy `Always` asks the registry at every start.";
    }
    let mut finding = pull
        .finding(format!("Registry `{registry}` refuses further pulls for now"))
        .confidence(0.97)
        .summary(format!("Too many requests.{why} The runtime says: {}", pull.said()));
    if anonymous {
        finding = finding.remedy(
            "Show credentials: make a pull secret, and give it to the service account. Pods that are made from then on use it.",
            format!(
                "kubectl create secret docker-registry registry-credentials -n {namespace} --docker-server={registry} --docker-username=USER --docker-password=PASSWORD && kubectl patch serviceaccount {} -n {namespace} -p '{{\"imagePullSecrets\":[{{\"name\":\"registry-credentials\"}}]}}'",
                if pull.pod.spec.service_account_name.is_empty() { "default" } else { &pull.pod.spec.service_account_name },
            ),
        );
    }
    if always {
        let list = pull.view.spec_pointer("/imagePullPolicy");
        let place = list.strip_prefix("/spec").unwrap_or(&list);
        finding = finding.remedy(
            "Or use what the node already has. This starts new pods.",
            patch_template(&pull.owner(), &[format!("{{\"op\":\"add\",\"path\":\"TEMPLATE{place}\",\"value\":\"IfNotPresent\"}}")]),
        );
    }
    finding.remedy("Or pull from a mirror. This starts new pods.", edit(&pull.owner()))
}
