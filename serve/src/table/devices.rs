//! Tables of devices and claims to them.
use super::column::{AGE, Column, NAME, text};

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("resource.k8s.io", "deviceclasses" | "resourceclaimtemplates") => NAMED,
        ("resource.k8s.io", "resourceclaims") => CLAIMS,
        ("resource.k8s.io", "resourceslices") => SLICES,
        ("resource.k8s.io", "devicetaintrules") => TAINTS,
        _ => return None,
    })
}

const NAMED: &[Column] = &[NAME, AGE];

const CLAIMS: &[Column] = &[
    NAME,
    text("State", |row| {
        let deleted = !row.get("/metadata/deletionTimestamp").is_null();
        let allocated = !row.get("/status/allocation").is_null();
        let reserved = allocated && row.count("/status/reservedFor") > 0;
        let states = [(deleted, "deleted"), (!deleted && !allocated, "pending"), (allocated, "allocated"), (reserved, "reserved")];
        states.iter().filter(|(holds, _)| *holds).map(|(_, state)| *state).collect::<Vec<_>>().join(",").into()
    }),
    AGE,
];

const SLICES: &[Column] = &[
    NAME,
    text("Node", |row| row.text("/spec/nodeName").into()),
    text("Driver", |row| row.text("/spec/driver").into()),
    text("Pool", |row| row.text("/spec/pool/name").into()),
    AGE,
];

const TAINTS: &[Column] = &[
    NAME,
    text("Key", |row| row.text("/spec/taint/key").into()),
    text("Value", |row| row.text("/spec/taint/value").into()),
    text("Effect", |row| row.text("/spec/taint/effect").into()),
    text("TimeAdded", |row| match row.text("/spec/taint/timeAdded") {
        "" => "".into(),
        time => row.ago(time).into(),
    }),
    AGE,
];
