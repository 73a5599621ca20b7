//! # registry-token-expired
//!
//! The credentials for a registry have lapsed.
//!
//! ## What it detects
//! Containers whose image is refused because a token is too old: by the registry's own words, or, for registries whose tokens
//! live for twelve hours (Amazon ECR), by the age of the pull secret.
//!
//! ## Why it happens
//! Short-lived tokens must be renewed by somebody; the CronJob or the operator that did so has stopped, or a token was put into
//! a Secret by hand. Running pods do not notice until they move to a node that has not the image.
//!
//! ## How to confirm
//! `kubectl get secret NAME -o yaml`: when it was written; then whatever renews it.
//!
//! ## How to fix
//! Renew the token, then mend what should renew it.
//!
//! ## When it stays silent
//! When the registry refuses without saying why and its tokens live long: that is image-pull-unauthorized.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::credentials::{lapsed, missing, present};
use super::pull::{Failure, Pull, parts, waiting};

/// The rule.
pub static RULE: Rule = Rule {
    id: "registry-token-expired",
    title: "The credentials for a registry have lapsed",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Authentication Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let pulls = waiting(context).into_iter().filter(|p| missing(context, p).is_none());
    pulls.filter_map(|pull| finding(context, &pull)).collect()
}

fn finding(context: &Context<'_>, pull: &Pull<'_>) -> Option<Finding> {
    let lapsed = lapsed(context, pull);
    let told = pull.failure == Failure::Expired;
    if !(told || lapsed.is_some()) {
        return None;
    }
    let (registry, namespace) = (parts(pull.image).0, pull.pod.metadata.namespace.as_str());
    let secret = lapsed.map(|(s, _)| s).or_else(|| present(context, pull).first().copied());
    let age = lapsed.and_then(|(s, since)| Some((s, context.snapshot.age_seconds(Some(since))? / 3600)));
    let old = age
        .map(|(s, hours)| format!(" Secret `{}` was written {hours} h ago; a token of this registry lives for 12 h.", s.metadata.name))
        .unwrap_or_default();
    let name = secret.map_or("registry-credentials", |s| s.metadata.name.as_str());
    let password = match registry.split('.').collect::<Vec<_>>().as_slice() {
        [_, "dkr", _, region, ..] => format!("\"$(aws ecr get-login-password --region {region})\""),
        _ => "TOKEN".to_owned(),
    };
    let user = if registry.contains(".dkr.ecr.") { "AWS" } else { "USER" };
    let mut finding = pull
        .finding(format!("The token for registry `{registry}` has lapsed"))
        .summary(format!(
            "The registry does not accept the credentials of `{}` any more.{old} The runtime says: {}",
            pull.owner().name,
            pull.said()
        ))
        .confidence(if told { 0.96 } else { 0.86 })
        .evidence(secret.map(|s| s.named()));
    if let Some(secret) = secret {
        finding = finding.cause(secret.reference());
    }
    Some(
        finding
            .remedy(
                "Renew the token. Waiting pods start by themselves.",
                format!("kubectl create secret docker-registry {name} -n {namespace} --docker-server={registry} --docker-username={user} --docker-password={password} --dry-run=client -o yaml | kubectl apply -f -"),
            )
            .remedy("Then see what should have renewed it.", format!("kubectl get cronjobs,externalsecrets -n {namespace}")),
    )
}
