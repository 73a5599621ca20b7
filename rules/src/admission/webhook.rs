//! Webhook configurations, which have no shape of their own: who is asked, and what happens without an answer.

use std::collections::BTreeMap;

use serde_json::Value;
use tarbox_model::object::Custom;
use tarbox_model::{Evidence, Snapshot};

const GROUP: &str = "admissionregistration.k8s.io";
const KINDS: [&str; 3] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy"];

/// The webhooks and policies of a bundle, by name: the first that bears it.
pub(super) struct Webhooks<'a> {
    by_name: BTreeMap<&'a str, Webhook<'a>>,
}

/// A webhook in its configuration, or a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Webhook<'a> {
    /// The object.
    pub(super) object: &'a Custom,
    /// Place in the object's list; none for a policy.
    index: Option<usize>,
}

impl<'a> Webhooks<'a> {
    /// All of them.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut by_name = BTreeMap::new();
        for object in KINDS.iter().flat_map(|kind| snapshot.custom_of(GROUP, kind)) {
            if &*object.kind == "ValidatingAdmissionPolicy" {
                by_name.entry(object.metadata.name.as_str()).or_insert(Webhook { object, index: None });
            }
            let webhooks = object.get("/webhooks").and_then(Value::as_array).into_iter().flatten().enumerate();
            for (i, name) in webhooks.filter_map(|(i, w)| Some((i, w.get("name")?.as_str()?))) {
                by_name.entry(name).or_insert(Webhook { object, index: Some(i) });
            }
        }
        Self { by_name }
    }

    /// By its name.
    pub(super) fn find(&self, name: &str) -> Option<Webhook<'a>> {
        self.by_name.get(name).copied()
    }
}

impl<'a> Webhook<'a> {
    /// That it is there.
    pub(super) fn evidence(&self) -> Evidence {
        let pointer = self.index.map_or_else(|| "/metadata/name".to_owned(), |i| format!("/webhooks/{i}/name"));
        self.object.origin.at(&pointer, self.object.text(&pointer).unwrap_or_default())
    }

    /// Where a webhook says what the API server does when it does not answer, and what that is: `Fail` or `Ignore`.
    pub(super) fn failure_policy(&self) -> Option<(String, Option<&'a str>)> {
        let pointer = format!("/webhooks/{}/failurePolicy", self.index?);
        let policy = self.object.text(&pointer);
        Some((pointer, policy))
    }
}
