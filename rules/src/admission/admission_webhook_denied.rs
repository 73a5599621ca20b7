//! # admission-webhook-denied
//!
//! A policy of the cluster forbids a workload's pods.
//!
//! ## What it detects
//! Pods that are not created because an admission webhook (Kyverno, Gatekeeper, a mesh, one's own) or a
//! ValidatingAdmissionPolicy denies them, with its words.
//!
//! ## Why it happens
//! The workload breaks a rule of the house: a label that is missing, a registry that is not allowed, a tag `latest`, no
//! limits. Or the policy is new, or wrong, and hits more than it was meant for.
//!
//! ## How to confirm
//! `kubectl describe replicaset NAME`, and the policy that the message names.
//!
//! ## How to fix
//! Do as the policy says; the controller then creates the pods by itself. Else mend the policy.
//!
//! ## When it stays silent
//! When the workload has all its pods, and when the webhook could not be reached: that is admission-webhook-unreachable.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::refusal::{Refusal, between, refusals};
use super::webhook::Webhooks;
use crate::commands::edit;

/// The rule.
pub static RULE: Rule = Rule {
    id: "admission-webhook-denied",
    title: "A policy of the cluster forbids a workload's pods",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Deployment Failures",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events"])],
    produces: &[Effect::PodsNotCreated],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let webhooks = Webhooks::of(context.snapshot);
    refusals(context).iter().filter_map(|refusal| finding(&webhooks, refusal)).collect()
}

/// Who denied, in words, and the words after it.
fn denial(message: &str) -> Option<(String, &str)> {
    if let Some((_, rest)) = message.split_once("admission webhook \"") {
        let (name, said) = rest.split_once("\" denied the request")?;
        return Some((format!("admission webhook `{name}`"), said.trim_start_matches(':').trim()));
    }
    let name = between(message, "ValidatingAdmissionPolicy '", "'")?;
    let (_, said) = message.split_once(" denied request: ")?;
    Some((format!("policy `{name}`"), said))
}

fn finding(webhooks: &Webhooks<'_>, refusal: &Refusal) -> Option<Finding> {
    let (who, said) = denial(&refusal.message)?;
    let name = between(&who, "`", "`")?;
    let said = if said.is_empty() { "It gives no reason.".to_owned() } else { format!("It says: {}.", said.trim_end_matches('.')) };
    let mut finding = refusal
        .finding(format!("The {who} forbids the pods of `{}`", refusal.workload.name))
        .summary(format!("{said} {}", refusal.toll()))
        .remedy("Do in the template as the policy says. This starts new pods.", edit(&refusal.workload));
    if let Some(webhook) = webhooks.find(name) {
        let configuration = webhook.object.reference();
        let kind = configuration.kind.to_lowercase();
        finding = finding
            .remedy("Or see whom the policy was meant for.", format!("kubectl get {kind} {} -o yaml", configuration.name))
            .cause(configuration)
            .evidence([webhook.evidence()]);
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_who_denied() {
        for (message, who, said) in [
            (
                r#"admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/web/app was blocked"#,
                "admission webhook `validate.kyverno.svc-fail`",
                "resource Pod/web/app was blocked",
            ),
            (
                r#"Error creating: admission webhook "a.example.com" denied the request without explanation"#,
                "admission webhook `a.example.com`",
                "without explanation",
            ),
            (
                r#"pods "app-1" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: tag latest is not allowed"#,
                "policy `no-latest`",
                "tag latest is not allowed",
            ),
        ] {
            assert_eq!(denial(message), Some((who.to_owned(), said)), "{message}");
        }
        assert_eq!(denial(r#"failed calling webhook "a.example.com": connection refused"#), None);
    }
}
