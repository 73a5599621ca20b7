//! # image-pull-unauthorized
//!
//! The registry does not give an image out with the credentials that it was shown, or without any.
//!
//! ## What it detects
//! Containers whose image is refused with 401, 403 or *denied*: whether the pod shows any credentials, of which Secrets, and
//! whether these can hold any at all.
//!
//! ## Why it happens
//! A private image without a pull secret, credentials of somebody without rights, a Secret of the wrong type or for another
//! registry. Some registries answer so, too, when the image does not exist.
//!
//! ## How to confirm
//! `docker manifest inspect IMAGE` with the same credentials.
//!
//! ## How to fix
//! Give the pod, or its service account, a pull secret that the registry accepts; the kubelet tries again by itself.
//!
//! ## When it stays silent
//! When the pod names a pull secret that does not exist (image-pull-secret-missing), when the token has lapsed
//! (registry-token-expired), and when the container runs meanwhile.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Evidence, Rule, Snapshot};

use super::credentials::{lapsed, missing, present};
use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::merge_template;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-unauthorized",
    title: "The registry refuses the credentials, or asks for some",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Authentication Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let refused = waiting(context).into_iter().filter(|p| p.failure == Failure::Unauthorized);
    refused.filter(|p| missing(context, p).is_none() && lapsed(context, p).is_none()).map(|p| finding(context, &p)).collect()
}

fn finding(context: &Context<'_>, pull: &Pull<'_>) -> Finding {
    let (namespace, registry) = (pull.pod.metadata.namespace.as_str(), parts(pull.image).0);
    let named = &pull.pod.spec.image_pull_secrets;
    let (shown, evidence) = if named.is_empty() {
        ("The pod shows no credentials: it has no `imagePullSecrets`.".to_owned(), None)
    } else {
        unfit(context, pull).unwrap_or_else(|| {
            let names = listed(named.iter().map(|s| s.name.as_str()));
            let evidence = pull.pod.evidence("/spec/imagePullSecrets/0/name", named.first().map_or("", |s| s.name.as_str()));
            (format!("The pod shows the credentials of {names}; they are wrong, or without a right to this image."), Some(evidence))
        })
    };
    let mut finding = pull
        .finding(format!("Registry `{registry}` refuses image `{}`", pull.image))
        .summary(format!("{shown} The runtime says: {}", pull.said()))
        .confidence(0.93)
        .evidence(evidence);
    if let Some(secret) = present(context, pull).first() {
        finding = finding.cause(secret.reference());
    }
    let own = Snapshot::in_namespace(&context.snapshot.secrets, namespace).iter().find(|s| s.r#type == "kubernetes.io/dockerconfigjson");
    if let (true, Some(own)) = (named.is_empty(), own) {
        let name = own.metadata.name.as_str();
        finding = finding.remedy(
            format!("If Secret `{name}` is meant for this registry, let the pods use it. This starts new pods."),
            merge_template(&pull.owner(), &format!("{{\"imagePullSecrets\":[{{\"name\":\"{name}\"}}]}}")),
        );
    }
    let name = named.first().map_or("registry-credentials", |s| s.name.as_str());
    let create = format!(
        "kubectl create secret docker-registry {name} -n {namespace} --docker-server={registry} --docker-username=USER --docker-password=PASSWORD"
    );
    if named.is_empty() {
        finding.remedy("Or make a Secret with credentials that may read the image.", create).remedy(
            "Then let the pods use it. This starts new pods.",
            merge_template(&pull.owner(), "{\"imagePullSecrets\":[{\"name\":\"registry-credentials\"}]}"),
        )
    } else {
        finding.remedy(
            "Renew the credentials. Waiting pods start by themselves.",
            format!("{create} --dry-run=client -o yaml | kubectl apply -f -"),
        )
    }
}

/// A pull secret that cannot hold credentials: of another type, or without the key.
fn unfit(context: &Context<'_>, pull: &Pull<'_>) -> Option<(String, Option<Evidence>)> {
    present(context, pull).into_iter().find_map(|secret| {
        let name = secret.metadata.name.as_str();
        let fit = secret.keys.contains_key(".dockerconfigjson") || secret.keys.contains_key(".dockercfg");
        if secret.keys.is_empty() || fit {
            return None;
        }
        let kind = if secret.r#type.is_empty() { "another type" } else { secret.r#type.as_str() };
        Some((
            format!("Secret `{name}` is of type `{kind}` and has no key `.dockerconfigjson`: it shows no credentials."),
            Some(secret.named()),
        ))
    })
}
