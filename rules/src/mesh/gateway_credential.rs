//! Secrets with the certificates of the mesh's gateways (`credentialName`): a gateway reads them in the namespace of its own pods.

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::Custom;
use tarbox_model::relations::Labelled;
use tarbox_model::{Context, ObjectRef, Snapshot, similarity};

use super::parts::{NETWORKING, elements, labels};
use crate::wording::did_you_mean;

/// One finding for each server of a Gateway whose Secret does not exist.
pub(crate) fn missing(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    if !snapshot.coverage.is_complete("secrets") {
        return Vec::new();
    }
    let pods = Labelled::new(snapshot.pods.iter().filter(|p| p.is_active()).map(|p| ("", &p.metadata.labels, p)));
    let mut findings = Vec::new();
    for gateway in snapshot.custom_of(NETWORKING, "Gateway") {
        let wanted = labels(gateway.get("/spec/selector"));
        let places: BTreeSet<&str> = pods.with("", &wanted).map(|p| p.metadata.namespace.as_str()).collect();
        let asked = snapshot.facts.namespaces.as_slice();
        let looked = places.iter().all(|place| asked.is_empty() || asked.iter().any(|n| n == place));
        // A gateway whose pods are not known may read anywhere; one that selects nothing is every gateway.
        if places.is_empty() || wanted.is_empty() || !looked {
            continue;
        }
        for (at, server) in elements(&gateway.value, "", "/spec/servers") {
            let Some(name) = server.pointer("/tls/credentialName").and_then(|n| n.as_str()).filter(|n| is_plain_name(n)) else { continue };
            if let Some(place) = places.iter().find(|place| snapshot.secret(place, name).is_none()) {
                findings.push(finding(snapshot, gateway, &at, name, place));
            }
        }
    }
    findings
}

/// Whether a credential is a Secret by its name alone, rather than by a provider's address (`sds://…`).
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('/')
}

fn finding(snapshot: &Snapshot, gateway: &Custom, at: &str, name: &str, place: &str) -> Finding {
    let (called, namespace) = (gateway.metadata.name.as_str(), gateway.metadata.namespace.as_str());
    let pointer = format!("{at}/tls/credentialName");
    let elsewhere = snapshot.secret(namespace, name).is_some();
    let there = Snapshot::in_namespace(&snapshot.secrets, place).iter().filter(|s| s.r#type == "kubernetes.io/tls");
    let nearest = similarity::nearest(name, there.map(|s| s.metadata.name.as_str())).filter(|_| !elsewhere);
    let away = if elsewhere {
        format!(" One of that name is in the Gateway's own namespace `{namespace}`, where the gateway's pods do not look.")
    } else {
        String::new()
    };
    let finding = Finding::new(
        gateway.reference(),
        format!("The TLS Secret `{name}` of Gateway `{called}` does not exist"),
        gateway.origin.at(&pointer, name),
    )
    .cause(ObjectRef::new("Secret", place, name))
    .summary(format!(
        "The pods of Gateway `{namespace}/{called}` run in namespace `{place}`, and take the certificate from Secret `{name}` there{}.{away} Until it is there they break off every TLS connection to this server.",
        did_you_mean(nearest)
    ))
    .confidence(0.95)
    .seen(gateway.metadata.written_at(), snapshot.taken_at);
    let finding = match (elsewhere, nearest) {
        (true, _) => finding.remedy(
            "Copy it to where the gateway's pods are. They take it within seconds.",
            format!("kubectl get secret {name} -n {namespace} -o json | jq '{{apiVersion, kind, type, data, metadata: {{name: .metadata.name}}}}' | kubectl apply -n {place} -f -"),
        ),
        (false, Some(nearest)) => finding.remedy(
            format!("Name Secret `{nearest}` in the Gateway."),
            format!("kubectl patch gateway.networking.istio.io {called} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{nearest}\"}}]'"),
        ),
        (false, None) => finding,
    };
    finding.remedy(
        "Or make the Secret from certificate and key.",
        format!("kubectl create secret tls {name} -n {place} --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl apply -f -"),
    )
}
