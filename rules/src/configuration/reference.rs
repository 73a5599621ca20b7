//! Every reference that a pod makes to a Secret or ConfigMap, with the place where it stands.

use tarbox_model::Evidence;
use tarbox_model::object::{Container, Object, Pod, PodSpec};

/// Which kind is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// Kind.
    pub(crate) target: Target,
    /// Name of the object.
    pub(crate) name: &'a str,
    /// Key, when one is named.
    pub(crate) key: Option<&'a str>,
    /// Whether the pod starts without it.
    pub(crate) optional: bool,
    /// JSON pointer of the reference, from the pod spec on: `/containers/0/env/1/valueFrom/secretKeyRef`.
    pub(crate) pointer: String,
    /// What uses it: "env MONGODB_URI of container shepherd", "volume certs".
    pub(crate) used_by: String,
}

impl Reference<'_> {
    /// Where the pod names the object.
    pub(crate) fn evidence(&self, pod: &Object<Pod>) -> Evidence {
        // Keys of a volume stand below the object's own place.
        let place = self.pointer.split("/items/").next().unwrap_or_default();
        let field = if place.starts_with("/volumes/") && place.ends_with("/secret") && !place.contains("/sources/") {
            "secretName"
        } else {
            "name"
        };
        pod.evidence(format!("/spec{place}/{field}"), self.name)
    }
}

/// All references of a pod spec, in its own order.
pub(crate) fn references(spec: &PodSpec) -> Vec<Reference<'_>> {
    let mut all = Vec::new();
    for (list, containers) in [("initContainers", &spec.init_containers), ("containers", &spec.containers)] {
        for (c, container) in containers.iter().enumerate() {
            environment(container, &format!("/{list}/{c}"), &mut all);
        }
    }
    volumes(spec, &mut all);
    all
}

fn environment<'a>(container: &'a Container, base: &str, all: &mut Vec<Reference<'a>>) {
    for (e, env) in container.env.iter().enumerate() {
        let Some(source) = &env.value_from else { continue };
        for (target, field, reference) in
            [(Target::Secret, "secretKeyRef", &source.secret_key_ref), (Target::ConfigMap, "configMapKeyRef", &source.config_map_key_ref)]
        {
            if let Some(reference) = reference {
                all.push(Reference {
                    target,
                    name: &reference.name,
                    key: Some(&reference.key),
                    optional: reference.optional,
                    pointer: format!("{base}/env/{e}/valueFrom/{field}"),
                    used_by: format!("environment variable `{}` of container `{}`", env.name, container.name),
                });
            }
        }
    }
    for (e, from) in container.env_from.iter().enumerate() {
        for (target, field, object) in
            [(Target::Secret, "secretRef", &from.secret_ref), (Target::ConfigMap, "configMapRef", &from.config_map_ref)]
        {
            if let Some(object) = object {
                all.push(Reference {
                    target,
                    name: &object.name,
                    key: None,
                    optional: object.optional,
                    pointer: format!("{base}/envFrom/{e}/{field}"),
                    used_by: format!("the environment of container `{}`", container.name),
                });
            }
        }
    }
}

fn volumes<'a>(spec: &'a PodSpec, all: &mut Vec<Reference<'a>>) {
    let mut push = |target, name: &'a str, items: &'a [tarbox_model::object::KeyToPath], optional, pointer: String, volume: &str| {
        let used_by = format!("volume `{volume}`");
        let whole = items.is_empty().then_some((None, pointer.clone()));
        let keyed = items.iter().enumerate().map(|(i, item)| (Some(item.key.as_str()), format!("{pointer}/items/{i}")));
        for (key, pointer) in whole.into_iter().chain(keyed) {
            all.push(Reference { target, name, key, optional, pointer, used_by: used_by.clone() });
        }
    };
    for (v, volume) in spec.volumes.iter().enumerate() {
        if let Some(secret) = &volume.secret {
            push(Target::Secret, &secret.secret_name, &secret.items, secret.optional, format!("/volumes/{v}/secret"), &volume.name);
        }
        if let Some(map) = &volume.config_map {
            push(Target::ConfigMap, &map.name, &map.items, map.optional, format!("/volumes/{v}/configMap"), &volume.name);
        }
        for (s, source) in volume.projected.iter().flat_map(|p| p.sources.iter().enumerate()) {
            for (target, field, object) in
                [(Target::Secret, "secret", &source.secret), (Target::ConfigMap, "configMap", &source.config_map)]
            {
                if let Some(object) = object {
                    let pointer = format!("/volumes/{v}/projected/sources/{s}/{field}");
                    push(target, &object.name, &object.items, object.optional, pointer, &volume.name);
                }
            }
        }
    }
}
