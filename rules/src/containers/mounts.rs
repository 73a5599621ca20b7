//! Which volume a path of a container lies in.

use tarbox_model::object::{Volume, VolumeMount};
use tarbox_model::{Context, Evidence, ObjectRef};

use super::trouble::Trouble;

/// The mount that a path lies in.
#[derive(Debug, Clone)]
pub(super) struct Covered<'a> {
    /// The mount.
    pub(super) mount: &'a VolumeMount,
    /// Where it stands.
    pub(super) evidence: Evidence,
    /// The volume, when the pod has one of that name.
    pub(super) volume: Option<&'a Volume>,
    /// The rest of the path, below the mount.
    pub(super) below: String,
}

/// The innermost mount of a container that holds a path.
pub(super) fn covering<'a>(trouble: &Trouble<'a>, path: &str) -> Option<Covered<'a>> {
    let view = trouble.view;
    let below = |mount: &VolumeMount| {
        let rest = path.strip_prefix(mount.mount_path.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_owned())
    };
    let mounts = view.spec.volume_mounts.iter().enumerate().filter_map(|(i, mount)| Some((i, mount, below(mount)?)));
    let (i, mount, below) = mounts.max_by_key(|(_, mount, _)| mount.mount_path.len())?;
    let evidence = trouble.pod.evidence(view.spec_pointer(&format!("/volumeMounts/{i}/mountPath")), mount.mount_path.as_str());
    let volume = trouble.pod.spec.volumes.iter().find(|v| v.name == mount.name);
    Some(Covered { mount, evidence, volume, below })
}

impl Covered<'_> {
    /// The ConfigMap or Secret that the volume shows as files, with the names of the files, where they are known.
    pub(super) fn source(&self, context: &Context<'_>, namespace: &str) -> Option<(ObjectRef, Vec<String>)> {
        let volume = self.volume?;
        if let Some(map) = &volume.config_map {
            let known = tarbox_model::Snapshot::find(&context.snapshot.config_maps, namespace, &map.name);
            let all = || known.iter().flat_map(|m| m.keys().map(str::to_owned)).collect();
            let files = if map.items.is_empty() { all() } else { map.items.iter().map(|i| i.path.clone()).collect() };
            return Some((ObjectRef::new("ConfigMap", namespace, map.name.as_str()), files));
        }
        let secret = volume.secret.as_ref()?;
        let known = context.snapshot.secret(namespace, &secret.secret_name);
        let all = || known.iter().flat_map(|s| s.keys.keys().cloned()).collect();
        let files = if secret.items.is_empty() { all() } else { secret.items.iter().map(|i| i.path.clone()).collect() };
        Some((ObjectRef::new("Secret", namespace, secret.secret_name.as_str()), files))
    }
}
