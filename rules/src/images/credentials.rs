//! The Secrets that a pod gives the kubelet for its images, and what is wrong with them.

use tarbox_model::object::Secret;
use tarbox_model::{Context, Evidence, Object, Timestamp};

use super::pull::{Failure, Pull, parts};

/// Lifetime of a token of Amazon's registry, in seconds.
const ECR_TOKEN: i64 = 12 * 3600;

/// A pull secret that the pod names and that is not there.
pub(super) struct Missing<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Where it is named.
    pub(super) named: Evidence,
    /// The kubelet's word for it.
    pub(super) told: Option<Evidence>,
}

/// The first pull secret of the pod that does not exist: by the kubelet's word, else by a complete list of Secrets.
pub(super) fn missing<'a>(context: &Context<'a>, pull: &Pull<'a>) -> Option<Missing<'a>> {
    let namespace = pull.pod.metadata.namespace.as_str();
    let complete = context.snapshot.coverage.is_complete("secrets");
    let reference = pull.pod.reference();
    let event = context.relations.events_about(context.snapshot, &reference).rfind(|e| e.reason == "FailedToRetrieveImagePullSecret");
    let names = event.and_then(|e| e.message.split_once('(')).and_then(|(_, rest)| rest.split_once(')')).map_or("", |(names, _)| names);
    pull.pod
        .spec
        .image_pull_secrets
        .iter()
        .enumerate()
        .find_map(|(i, secret)| {
            let name = secret.name.as_str();
            let there = context.snapshot.secret(namespace, name).is_some();
            let told = event.filter(|_| !there && names.split([',', ' ']).any(|n| n == name));
            if there || !(complete || told.is_some()) {
                return None;
            }
            let named = pull.pod.evidence(format!("/spec/imagePullSecrets/{i}/name"), name);
            Some(Missing { name, named, told: told.map(|e| e.evidence("/message", e.message.as_str())) })
        })
        .or_else(|| by_event(pull, event?, names))
}

/// Bundles of other tools show the event, but not always the pod's own list.
fn by_event<'a>(pull: &Pull<'a>, event: &'a Object<tarbox_model::object::Event>, names: &'a str) -> Option<Missing<'a>> {
    let name = names.split([',', ' ']).find(|n| !n.is_empty()).filter(|_| pull.pod.spec.image_pull_secrets.is_empty())?;
    let evidence = event.evidence("/message", name);
    Some(Missing { name, named: evidence.clone(), told: Some(evidence) })
}

/// Whether a missing pull secret can be the reason: the registry refuses, or nobody kept its answer.
pub(super) fn matters(pull: &Pull<'_>) -> bool {
    matches!(pull.failure, Failure::Unauthorized | Failure::Expired | Failure::Unknown)
}

/// The pull secrets of the pod that exist.
pub(super) fn present<'a>(context: &Context<'a>, pull: &Pull<'_>) -> Vec<&'a Object<Secret>> {
    let namespace = pull.pod.metadata.namespace.as_str();
    pull.pod.spec.image_pull_secrets.iter().filter_map(|s| context.snapshot.secret(namespace, &s.name)).collect()
}

/// A pull secret whose token cannot be valid any more, with the time since when it has stood unchanged: Amazon's tokens
/// live for twelve hours.
pub(super) fn lapsed<'a>(context: &Context<'a>, pull: &Pull<'_>) -> Option<(&'a Object<Secret>, Timestamp)> {
    let (registry, ..) = parts(pull.image);
    let short_lived = registry.contains(".dkr.ecr.") || registry.contains(".dkr-ecr.");
    let old = |secret: &Object<Secret>| context.snapshot.age_seconds(secret.metadata.written_at()).is_some_and(|age| age > ECR_TOKEN);
    let refused = matches!(pull.failure, Failure::Unauthorized | Failure::Expired) && short_lived;
    let secret = present(context, pull).into_iter().find(|s| refused && old(s))?;
    Some((secret, secret.metadata.written_at()?))
}
