//! Where a pod has its token for an API from, when it is not the one that the kubelet mounts.

use tarbox_model::object::{Object, Pod, PodSpec, Secret};
use tarbox_model::{ObjectRef, Snapshot};

/// The key that holds the token.
pub(super) fn key(secret: &Secret) -> Option<&str> {
    let mut keys = secret.keys.keys().map(String::as_str);
    keys.clone().find(|k| k.contains("token") || k.contains("kubeconfig")).or_else(|| keys.next().filter(|_| secret.keys.len() == 1))
}

/// The Secret that a pod has a token or a kubeconfig from, with the way it gets it.
pub(super) fn token(snapshot: &Snapshot, pod: &Object<Pod>) -> Option<(ObjectRef, String)> {
    let hinted = |text: &str| ["token", "kubeconfig", "kube-config", "credential"].iter().any(|w| text.to_ascii_lowercase().contains(w));
    let spec: &PodSpec = &pod.spec;
    let has = |name: &str| snapshot.secret(&pod.metadata.namespace, name).is_some_and(|s| s.keys.keys().any(|k| hinted(k)));
    let reference = |name: &str| ObjectRef::new("Secret", pod.metadata.namespace.as_str(), name);
    let volume = spec
        .volumes
        .iter()
        .filter_map(|v| Some((v, v.secret.as_ref()?)))
        .find(|(v, s)| hinted(&v.name) || hinted(&s.secret_name) || has(&s.secret_name));
    let by_volume = volume.map(|(v, s)| (reference(&s.secret_name), format!("volume `{}`", v.name)));
    by_volume.or_else(|| {
        let variables =
            spec.containers.iter().flat_map(|c| &c.env).filter_map(|e| Some((e, e.value_from.as_ref()?.secret_key_ref.as_ref()?)));
        let (env, key) = variables.into_iter().find(|(e, k)| hinted(&e.name) || hinted(&k.key))?;
        Some((reference(&key.name), format!("variable `{}`", env.name)))
    })
}
