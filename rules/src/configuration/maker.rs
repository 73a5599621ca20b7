//! Custom objects that make Secrets: external stores, sealed ones, certificates.

use tarbox_model::{Context, Evidence};

/// The custom object that should make a Secret, with what it says of itself.
pub(crate) fn maker(context: &Context<'_>, namespace: &str, name: &str) -> Option<(String, Evidence)> {
    const MAKERS: [(&str, &str, &str); 4] = [
        ("external-secrets.io", "ExternalSecret", "/spec/target/name"),
        ("bitnami.com", "SealedSecret", "/spec/template/metadata/name"),
        ("cert-manager.io", "Certificate", "/spec/secretName"),
        ("secrets.hashicorp.com", "VaultStaticSecret", "/spec/destination/name"),
    ];
    MAKERS.iter().find_map(|(group, maker, at)| {
        let mut objects = context.snapshot.custom_in(group, maker, namespace);
        let object = objects.find(|o| o.text(at).unwrap_or(&o.metadata.name) == name)?;
        let conditions = object.get("/status/conditions").and_then(|c| c.as_array()).into_iter().flatten();
        let bad = conditions.enumerate().find(|(_, c)| c.get("status").and_then(|s| s.as_str()) != Some("True"));
        let message = bad.and_then(|(i, c)| Some((i, c.get("message")?.as_str()?)));
        Some(match message {
            Some((i, message)) => (
                format!(" {maker} `{}` should make it and says: {message}.", object.metadata.name),
                object.origin.at(format!("/status/conditions/{i}/message"), message),
            ),
            None => (
                format!(" {maker} `{}` should make it.", object.metadata.name),
                object.origin.at("/metadata/name", object.metadata.name.as_str()),
            ),
        })
    })
}
