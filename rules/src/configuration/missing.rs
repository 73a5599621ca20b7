//! What a reference of a pod means and is not there: a Secret, a ConfigMap, or a key of one.

use tarbox_model::object::Pod;
use tarbox_model::{Context, ObjectRef, Snapshot, similarity};

use super::reference::{Reference, Target};

/// Letters by which a name may differ to be the one that was meant.
const SLIP: usize = 2;

/// What is not there.
pub(super) struct Missing<'a> {
    /// The object.
    pub(super) object: ObjectRef,
    /// Whether the object is there and only lacks the key.
    pub(super) key: bool,
    /// What is probably meant.
    pub(super) nearest: Option<&'a str>,
}

/// What a reference lacks; nothing where the list of such objects is not whole.
pub(super) fn missing<'a>(context: &Context<'a>, pod: &Pod, reference: &Reference<'_>) -> Option<Missing<'a>> {
    let (snapshot, namespace) = (context.snapshot, pod.metadata.namespace.as_str());
    let (kind, source) = match reference.target {
        Target::Secret => ("Secret", "secrets"),
        Target::ConfigMap => ("ConfigMap", "configmaps"),
    };
    if !snapshot.coverage.is_complete(source) {
        return None;
    }
    let keys: Option<Vec<&str>> = match reference.target {
        Target::Secret => snapshot.secret(namespace, reference.name).map(|s| s.keys.keys().map(String::as_str).collect()),
        Target::ConfigMap => snapshot.config_map(namespace, reference.name).map(|m| m.keys().collect()),
    };
    let names: Vec<&str> = match reference.target {
        Target::Secret => Snapshot::in_namespace(&snapshot.secrets, namespace).iter().map(|s| s.metadata.name.as_str()).collect(),
        Target::ConfigMap => Snapshot::in_namespace(&snapshot.config_maps, namespace).iter().map(|m| m.metadata.name.as_str()).collect(),
    };
    let object = ObjectRef::new(kind, namespace, reference.name);
    let near = |wanted: &str, candidates: Vec<&'a str>| {
        let near = |c: &&str| wanted.len() > SLIP * 2 && similarity::distance(wanted, c, SLIP).is_some();
        candidates.into_iter().find(near)
    };
    match (keys, reference.key) {
        (None, _) => Some(Missing { object, key: false, nearest: near(reference.name, names) }),
        (Some(keys), Some(key)) if !keys.is_empty() && !keys.contains(&key) => {
            Some(Missing { object, key: true, nearest: near(key, keys) })
        }
        _ => None,
    }
}
