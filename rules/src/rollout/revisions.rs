//! The revisions of a Deployment, and what changed between two of them.

use tarbox_model::Context;
use tarbox_model::object::{Container, Deployment, Object, PodTemplate, ReplicaSet};

/// A Deployment's ReplicaSets, the newest revision first.
pub(super) fn revisions<'a>(context: &Context<'a>, deployment: &Object<Deployment>) -> Vec<&'a Object<ReplicaSet>> {
    let (namespace, name) = (deployment.metadata.namespace.as_str(), deployment.metadata.name.as_str());
    let mine = |r: &&Object<ReplicaSet>| {
        r.metadata.namespace == namespace && r.metadata.controller().is_some_and(|o| o.kind == "Deployment" && o.name == name)
    };
    let mut all: Vec<_> = context.snapshot.replica_sets.iter().filter(mine).collect();
    all.sort_by_key(|r| std::cmp::Reverse((revision(r), r.metadata.creation_timestamp)));
    all
}

/// The number of a revision; 0 when it is not told.
pub(super) fn revision(set: &ReplicaSet) -> i64 {
    set.metadata.annotations.get("deployment.kubernetes.io/revision").and_then(|r| r.parse().ok()).unwrap_or(0)
}

/// What changed from one template to the next, in words, the most telling first.
pub(super) fn changes(old: &PodTemplate, new: &PodTemplate) -> Vec<String> {
    let mut all = Vec::new();
    for container in &new.spec.containers {
        match old.spec.containers.iter().find(|c| c.name == container.name) {
            Some(before) => container_changes(before, container, &mut all),
            None => all.push(format!("container `{}` is new", container.name)),
        }
    }
    all.extend(
        old.spec
            .containers
            .iter()
            .filter(|c| new.spec.containers.iter().all(|n| n.name != c.name))
            .map(|c| format!("container `{}` is gone", c.name)),
    );
    let (a, b) = (&old.spec, &new.spec);
    for (changed, what) in [
        (a.node_selector != b.node_selector, "nodeSelector"),
        (a.affinity != b.affinity, "affinity"),
        (a.tolerations != b.tolerations, "tolerations"),
        (a.volumes != b.volumes, "volumes"),
        (a.service_account_name != b.service_account_name, "service account"),
        (a.security_context != b.security_context, "security context of the pod"),
        (a.image_pull_secrets != b.image_pull_secrets, "image pull secrets"),
        (a.init_containers != b.init_containers, "init containers"),
    ] {
        if changed {
            all.push(format!("{what} changed"));
        }
    }
    all
}

fn container_changes(old: &Container, new: &Container, all: &mut Vec<String>) {
    let name = &new.name;
    if old.image != new.image {
        all.push(format!("image of `{name}`: {} → {}", old.image, new.image));
    }
    for env in &new.env {
        match old.env.iter().find(|e| e.name == env.name) {
            None => all.push(format!("variable `{}` is new", env.name)),
            Some(before) if before.value_from != env.value_from || before.value != env.value => {
                all.push(format!("variable `{}` changed", env.name))
            }
            Some(_) => {}
        }
    }
    all.extend(old.env.iter().filter(|e| new.env.iter().all(|n| n.name != e.name)).map(|e| format!("variable `{}` is gone", e.name)));
    for (changed, what) in [
        (old.command != new.command || old.args != new.args, "command"),
        (old.resources != new.resources, "resources"),
        (old.readiness_probe != new.readiness_probe, "readiness probe"),
        (old.liveness_probe != new.liveness_probe, "liveness probe"),
        (old.ports != new.ports, "ports"),
        (old.env_from != new.env_from, "envFrom"),
        (old.volume_mounts != new.volume_mounts, "mounts"),
        (old.security_context != new.security_context, "security context"),
    ] {
        if changed {
            all.push(format!("{what} of `{name}` changed"));
        }
    }
}
