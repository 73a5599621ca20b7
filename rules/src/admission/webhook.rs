//! Webhook configurations, which have no shape of their own: who is asked, and what happens without an answer.

use tarbox_model::object::Custom;
use tarbox_model::{Evidence, ObjectRef, Snapshot};

const GROUP: &str = "admissionregistration.k8s.io";
const KINDS: [&str; 3] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy"];

/// The configuration that holds a webhook (or is the policy) of this name.
pub(super) fn configuration(snapshot: &Snapshot, name: &str) -> Option<(ObjectRef, Evidence)> {
    KINDS.iter().flat_map(|kind| snapshot.custom_of(GROUP, kind)).find_map(|custom| {
        if custom.metadata.name == name && &*custom.kind == "ValidatingAdmissionPolicy" {
            return Some((custom.reference(), custom.origin.at("/metadata/name", name)));
        }
        let index = position(custom, name)?;
        Some((custom.reference(), custom.origin.at(format!("/webhooks/{index}/name"), name)))
    })
}

/// What the API server does when a webhook does not answer: `Fail` or `Ignore`, with its place.
pub(super) fn failure_policy<'a>(snapshot: &'a Snapshot, name: &str) -> Option<(&'a Custom, usize, &'a str)> {
    KINDS.iter().flat_map(|kind| snapshot.custom_of(GROUP, kind)).find_map(|custom| {
        let index = position(custom, name)?;
        Some((custom, index, custom.text(&format!("/webhooks/{index}/failurePolicy")).unwrap_or("Fail")))
    })
}

fn position(custom: &Custom, name: &str) -> Option<usize> {
    let webhooks = custom.get("/webhooks")?.as_array()?;
    webhooks.iter().position(|w| w.get("name").and_then(|n| n.as_str()) == Some(name))
}
