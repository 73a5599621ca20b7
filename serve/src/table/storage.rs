//! Tables of storage.
use super::column::{AGE, Column, NAME, Row, boolean, integer, join_texts, or_none, text};
use serde_json::Value;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "persistentvolumes") => VOLUMES,
        ("", "persistentvolumeclaims") => CLAIMS,
        ("storage.k8s.io", "storageclasses") => CLASSES,
        ("storage.k8s.io", "volumeattachments") => ATTACHMENTS,
        ("storage.k8s.io", "volumeattributesclasses") => ATTRIBUTES,
        ("storage.k8s.io", "csinodes") => NODES,
        ("storage.k8s.io", "csidrivers") => DRIVERS,
        ("storage.k8s.io", "csistoragecapacities") => CAPACITIES,
        _ => return None,
    })
}

const VOLUME_MODE: Column = text("VolumeMode", |row| row.text_or("/spec/volumeMode", "<unset>").into()).wide();
const ATTRIBUTES_CLASS: Column = text("VolumeAttributesClass", |row| row.text_or("/spec/volumeAttributesClassName", "<unset>").into());
const STATUS: Column =
    text(
        "Status",
        |row| if row.get("/metadata/deletionTimestamp").is_null() { row.text("/status/phase").into() } else { "Terminating".into() },
    );
const CLASS: Column = text("StorageClass", |row| class(row).into());

const VOLUMES: &[Column] = &[
    NAME,
    text("Capacity", |row| row.text_or("/spec/capacity/storage", "0").into()),
    text("Access Modes", |row| modes(row.list("/spec/accessModes")).into()),
    text("Reclaim Policy", |row| row.text("/spec/persistentVolumeReclaimPolicy").into()),
    STATUS,
    text("Claim", |row| match row.get("/spec/claimRef") {
        Value::Null => "".into(),
        claim => format!("{}/{}", claim["namespace"].as_str().unwrap_or_default(), claim["name"].as_str().unwrap_or_default()).into(),
    }),
    CLASS,
    ATTRIBUTES_CLASS,
    text("Reason", |row| row.text("/status/reason").into()),
    AGE,
    VOLUME_MODE,
];

const CLAIMS: &[Column] =
    &[
        NAME,
        STATUS,
        text("Volume", |row| row.text("/spec/volumeName").into()),
        text("Capacity", |row| {
            if row.text("/spec/volumeName").is_empty() { "".into() } else { row.text_or("/status/capacity/storage", "0").into() }
        }),
        text("Access Modes", |row| {
            if row.text("/spec/volumeName").is_empty() { "".into() } else { modes(row.list("/status/accessModes")).into() }
        }),
        CLASS,
        ATTRIBUTES_CLASS,
        AGE,
        VOLUME_MODE,
    ];

const CLASSES: &[Column] = &[
    text("Name", |row| {
        let is_default = ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"]
            .iter()
            .any(|prefix| row.get("/metadata/annotations")[format!("{prefix}/is-default-class")] == "true");
        format!("{}{}", row.text("/metadata/name"), if is_default { " (default)" } else { "" }).into()
    })
    .named(),
    text("Provisioner", |row| row.text("/provisioner").into()),
    text("ReclaimPolicy", |row| row.text_or("/reclaimPolicy", "Delete").into()),
    text("VolumeBindingMode", |row| row.text_or("/volumeBindingMode", "Immediate").into()),
    text("AllowVolumeExpansion", |row| row.flag_or("/allowVolumeExpansion", false).into()),
    AGE,
];

const ATTACHMENTS: &[Column] = &[
    NAME,
    text("Attacher", |row| row.text("/spec/attacher").into()).named(),
    text("PV", |row| row.text("/spec/source/persistentVolumeName").into()),
    text("Node", |row| row.text("/spec/nodeName").into()),
    boolean("Attached", |row| row.flag_or("/status/attached", false).into()),
    AGE,
];

const ATTRIBUTES: &[Column] = &[NAME, text("DriverName", |row| row.text("/driverName").into()), AGE];

const NODES: &[Column] = &[NAME, integer("Drivers", |row| row.count("/spec/drivers").into()), AGE];

const DRIVERS: &[Column] = &[
    NAME,
    boolean("AttachRequired", |row| row.flag_or("/spec/attachRequired", true).into()),
    boolean("PodInfoOnMount", |row| row.flag_or("/spec/podInfoOnMount", false).into()),
    boolean("StorageCapacity", |row| row.flag_or("/spec/storageCapacity", false).into()),
    text("TokenRequests", |row| match row.get("/spec/tokenRequests") {
        Value::Array(requests) => super::column::join(requests, "audience", ",").into(),
        _ => "<unset>".into(),
    }),
    boolean("RequiresRepublish", |row| row.flag_or("/spec/requiresRepublish", false).into()),
    text("Modes", |row| or_none(join_texts(row.list("/spec/volumeLifecycleModes"), ",")).into()),
    AGE,
];

const CAPACITIES: &[Column] = &[
    NAME,
    text("StorageClassName", |row| row.text("/storageClassName").into()),
    text("Capacity", |row| row.text_or("/capacity", "<unset>").into()),
];

/// The class, by the old annotation or by the field.
fn class<'o>(row: &Row<'o>) -> &'o str {
    let annotated = row.get("/metadata/annotations")["volume.beta.kubernetes.io/storage-class"].as_str();
    annotated.unwrap_or_else(|| row.text("/spec/storageClassName"))
}

/// Access modes, each once, in their short form.
fn modes(list: &[Value]) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    SHORT.iter().filter(|(long, _)| list.iter().any(|mode| mode == long)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn a_claim_tells_its_size_once_it_has_a_volume() {
        let mut claim = json!({"metadata": {"name": "c"}, "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}, "status": {"phase": "Pending"}});
        let shown = |claim: &Value| {
            let row = Row::new(claim, Timestamp::UNIX_EPOCH);
            CLAIMS.iter().take(7).map(|column| column.cell(&row).as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&claim), ["c", "Pending", "", "", "", "fast", "<unset>"]);
        claim["spec"]["volumeName"] = "pv-1".into();
        claim["status"] = json!({"phase": "Bound", "capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteMany", "ReadWriteOnce"]});
        assert_eq!(shown(&claim), ["c", "Bound", "pv-1", "2Gi", "RWO,RWX", "fast", "<unset>"]);
    }
}
