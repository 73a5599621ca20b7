//! Who owns what, where a table does not say it: `get replicasets` shows no Deployment.

use std::collections::BTreeSet;

use tarbox_model::object::OwnerReference;
use tarbox_model::snapshot::Snapshot;

/// Gives ReplicaSets without an owner the Deployment of their name, if it is there: `NAME-HASH` is what Deployments call theirs.
pub(super) fn adopt_replica_sets(snapshot: &mut Snapshot) {
    let deployments: BTreeSet<(&str, &str)> =
        snapshot.deployments.iter().map(|d| (d.metadata.namespace.as_str(), d.metadata.name.as_str())).collect();
    for set in &mut snapshot.replica_sets {
        let metadata = &mut set.value.metadata;
        let Some((name, _)) = metadata.name.rsplit_once('-') else { continue };
        if metadata.owner_references.is_empty() && deployments.contains(&(metadata.namespace.as_str(), name)) {
            let owner =
                OwnerReference { kind: "Deployment".to_owned(), name: name.to_owned(), controller: true, ..OwnerReference::default() };
            metadata.owner_references.push(owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tarbox_model::object::{Deployment, Metadata, Object, ReplicaSet};

    fn metadata(name: &str) -> Metadata {
        Metadata { namespace: "web".to_owned(), name: name.to_owned(), ..Metadata::default() }
    }

    #[test]
    fn a_replica_set_of_a_table_belongs_to_its_deployment() {
        let mut snapshot = Snapshot::default();
        snapshot.deployments.push(Object { value: Deployment { metadata: metadata("app"), ..Deployment::default() }, ..Object::default() });
        for name in ["app-7c9d5b66f4", "orphan-7c9d5b66f4"] {
            snapshot
                .replica_sets
                .push(Object { value: ReplicaSet { metadata: metadata(name), ..ReplicaSet::default() }, ..Object::default() });
        }
        adopt_replica_sets(&mut snapshot);
        let owners: Vec<_> = snapshot.replica_sets.iter().map(|s| s.metadata.controller().map(|o| o.name.as_str())).collect();
        assert_eq!(owners, [Some("app"), None]);
    }
}
