//! # image-pull-secret-missing
//!
//! A pod names a pull secret that does not exist.
//!
//! ## What it detects
//! Containers whose image is refused by its registry while a Secret in the pod's `imagePullSecrets` is not in the pod's
//! namespace. The nearest existing name, and Secrets of the same name in other namespaces, are offered.
//!
//! ## Why it happens
//! A pull secret belongs to one namespace; a new namespace starts without it. Or its name is mistyped, or it was never made.
//!
//! ## How to confirm
//! `kubectl get secrets -n NAMESPACE --field-selector type=kubernetes.io/dockerconfigjson`.
//!
//! ## How to fix
//! Create the Secret in that namespace, or name one that exists; the kubelet tries again by itself.
//!
//! ## When it stays silent
//! When the image comes all the same (it is public), when the pull fails for another reason, and when Secrets were not
//! collected and the kubelet says nothing of it.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, Snapshot, similarity};

use super::credentials::{Missing, matters, missing};
use super::pull::{Failure, Pull, parts, waiting};
use crate::commands::edit;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "image-pull-secret-missing",
    title: "A pod names a pull secret that does not exist",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Authentication Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let refused = waiting(context).into_iter().filter(matters);
    refused.filter_map(|pull| Some(finding(context.snapshot, &pull, missing(context, &pull)?))).collect()
}

fn finding(snapshot: &Snapshot, pull: &Pull<'_>, missing: Missing<'_>) -> Finding {
    let (namespace, name) = (pull.pod.metadata.namespace.as_str(), missing.name);
    let pulls = Snapshot::in_namespace(&snapshot.secrets, namespace).iter().filter(|s| s.r#type.starts_with("kubernetes.io/dockerc"));
    let nearest = similarity::nearest(name, pulls.map(|s| s.metadata.name.as_str()));
    let elsewhere = snapshot.secrets.iter().find(|s| s.metadata.name == name && s.metadata.namespace != namespace);
    let hint = elsewhere.map(|s| format!(" A Secret of that name exists in namespace `{}`.", s.metadata.namespace)).unwrap_or_default();
    let sure = missing.told.is_some() && pull.failure == Failure::Unauthorized;
    let mut finding = pull
        .finding(format!("Pull secret `{name}` of `{}` does not exist", pull.owner().name))
        .summary(format!(
            "The pod names Secret `{name}` for pulling, and namespace `{namespace}` has none of that name{}.{hint} The registry refuses `{}` to the anonymous. The runtime says: {}",
            did_you_mean(nearest),
            pull.image,
            pull.said(),
        ))
        .cause(ObjectRef::new("Secret", namespace, name))
        .confidence(if sure { 0.96 } else { 0.88 })
        .evidence(missing.told)
        .evidence([missing.named]);
    if nearest.is_some() {
        finding = finding.remedy("Name the Secret that exists. This starts new pods.", edit(&pull.owner()));
    }
    if let Some(other) = elsewhere {
        finding = finding.remedy(
            format!("Or copy it from namespace `{}`. Waiting pods start by themselves.", other.metadata.namespace),
            format!("kubectl get secret {name} -n {} -o json | jq 'del(.metadata)|.metadata={{name:\"{name}\"}}' | kubectl apply -n {namespace} -f -", other.metadata.namespace),
        );
    }
    finding.remedy(
        "Or create it. Waiting pods start by themselves.",
        format!("kubectl create secret docker-registry {name} -n {namespace} --docker-server={} --docker-username=USER --docker-password=PASSWORD", parts(pull.image).0),
    )
}
