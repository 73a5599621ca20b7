//! Tables of who may do what, and of what proves who one is.
use super::{
    age,
    column::{AGE, Column, NAME, Row, text},
};
use jiff::SignedDuration;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "secrets") => SECRETS,
        ("", "serviceaccounts") => ACCOUNTS,
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => BINDINGS,
        ("certificates.k8s.io", "certificatesigningrequests") => REQUESTS,
        ("certificates.k8s.io", "clustertrustbundles") => TRUST,
        ("certificates.k8s.io", "podcertificaterequests") => POD_REQUESTS,
        _ => return None,
    })
}

const SECRETS: &[Column] = &[NAME, text("Type", |row| row.text("/type").into()), text("Data", |row| row.count("/data").into()), AGE];

const ACCOUNTS: &[Column] = &[NAME, text("Secrets", |row| row.count("/secrets").into()), AGE];

const BINDINGS: &[Column] = &[
    NAME,
    text("Role", |row| format!("{}/{}", row.text("/roleRef/kind"), row.text("/roleRef/name")).into()),
    AGE,
    text("Users", |row| subjects(row, "User").into()).wide(),
    text("Groups", |row| subjects(row, "Group").into()).wide(),
    text("ServiceAccounts", |row| subjects(row, "ServiceAccount").into()).wide(),
];

const REQUESTS: &[Column] = &[
    NAME,
    AGE,
    text("SignerName", |row| row.text_or("/spec/signerName", "<none>").into()),
    text("Requestor", |row| row.text("/spec/username").into()),
    text("RequestedDuration", |row| {
        row.get("/spec/expirationSeconds")
            .as_i64()
            .map_or_else(|| "<none>".to_owned(), |seconds| age::human(SignedDuration::from_secs(seconds)))
            .into()
    }),
    text("Condition", |row| {
        let has = |wanted: &str| row.list("/status/conditions").iter().any(|condition| condition["type"] == wanted);
        let decided = if has("Denied") {
            "Denied"
        } else if has("Approved") {
            "Approved"
        } else {
            "Pending"
        };
        let failed = if has("Failed") { ",Failed" } else { "" };
        let issued = if row.text("/status/certificate").is_empty() { "" } else { ",Issued" };
        format!("{decided}{failed}{issued}").into()
    }),
];

const TRUST: &[Column] = &[NAME, text("SignerName", |row| row.text_or("/spec/signerName", "<none>").into())];

const POD_REQUESTS: &[Column] = &[
    NAME,
    text("PodName", |row| row.text("/spec/podName").into()),
    text("ServiceAccountName", |row| row.text("/spec/serviceAccountName").into()),
    text("NodeName", |row| row.text("/spec/nodeName").into()),
    text("SignerName", |row| row.text("/spec/signerName").into()),
    text("State", |row| {
        let states = ["Issued", "Denied", "Failed"];
        let last =
            row.list("/status/conditions").iter().rev().find_map(|condition| states.into_iter().find(|state| condition["type"] == *state));
        last.unwrap_or("Pending").into()
    }),
];

/// Names of a binding's subjects of one kind.
fn subjects(row: &Row<'_>, kind: &str) -> String {
    let of_kind = row.list("/subjects").iter().filter(|subject| subject["kind"] == kind);
    let named = of_kind.map(|subject| match (subject["namespace"].as_str(), subject["name"].as_str().unwrap_or_default()) {
        (Some(namespace), name) if kind == "ServiceAccount" => format!("{namespace}/{name}"),
        (_, name) => name.to_owned(),
    });
    named.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn bindings_name_their_subjects_by_kind() {
        let binding = json!({"subjects": [{"kind": "User", "name": "u"}, {"kind": "ServiceAccount", "namespace": "n", "name": "a"}, {"kind": "User", "name": "v"}]});
        let row = Row::new(&binding, Timestamp::UNIX_EPOCH);
        assert_eq!(
            (subjects(&row, "User"), subjects(&row, "Group"), subjects(&row, "ServiceAccount")),
            ("u, v".into(), String::new(), "n/a".into())
        );
    }
}
