//! Secrets with the certificates of the mesh's gateways (`credentialName`): a gateway reads them in the namespace of its own pods.

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Custom, Object, Secret};
use tarbox_model::relations::Labelled;
use tarbox_model::{Context, ObjectRef, Snapshot, similarity};

use super::parts::{NETWORKING, elements, labels};
use crate::ingress::certificates::defect;
use crate::wording::did_you_mean;

/// A Secret that a server of a Gateway takes its certificate from.
#[derive(Debug, Clone)]
pub(crate) struct Credential<'a> {
    /// The Gateway.
    pub(crate) gateway: &'a Custom,
    /// Where it names the Secret.
    pub(crate) pointer: String,
    /// Name of the Secret.
    pub(crate) name: &'a str,
    /// Namespaces of the gateway's pods, which look for it there.
    pub(crate) places: BTreeSet<&'a str>,
}

/// All of a bundle. A gateway whose pods are not known may read anywhere, and one that selects nothing is every gateway: both
/// are left out.
pub(crate) fn credentials<'a>(context: &Context<'a>) -> Vec<Credential<'a>> {
    let snapshot = context.snapshot;
    let pods = Labelled::new(snapshot.pods.iter().filter(|p| p.is_active()).map(|p| ("", &p.metadata.labels, p)));
    let mut all = Vec::new();
    for gateway in snapshot.custom_of(NETWORKING, "Gateway") {
        let wanted = labels(gateway.get("/spec/selector"));
        let places: BTreeSet<&str> = pods.with("", &wanted).map(|p| p.metadata.namespace.as_str()).collect();
        if places.is_empty() || wanted.is_empty() {
            continue;
        }
        for (at, server) in elements(&gateway.value, "", "/spec/servers") {
            if let Some(name) = server.pointer("/tls/credentialName").and_then(|n| n.as_str()).filter(|n| is_plain_name(n)) {
                all.push(Credential { gateway, pointer: format!("{at}/tls/credentialName"), name, places: places.clone() });
            }
        }
    }
    all
}

/// Keys under which a gateway looks for certificate and key, the first pair that is there.
const PAIRS: [[&str; 2]; 2] = [["cert", "key"], ["tls.crt", "tls.key"]];

/// One finding for each server of a Gateway whose Secret does not exist or cannot be used.
pub(crate) fn missing(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let asked = snapshot.facts.namespaces.as_slice();
    let looked = |place: &str| asked.is_empty() || asked.iter().any(|n| n == place);
    let mut findings = Vec::new();
    for credential in credentials(context) {
        for place in &credential.places {
            let found = match snapshot.secret(place, credential.name) {
                Some(secret) => defect(context, secret, &PAIRS).map(|why| unusable(context, &credential, secret, &why)),
                None if snapshot.coverage.is_complete("secrets") && credential.places.iter().all(|p| looked(p)) => {
                    Some(absent(snapshot, &credential, place))
                }
                None => None,
            };
            if let Some(found) = found {
                findings.push(found);
                break;
            }
        }
    }
    findings
}

/// Whether a credential is a Secret by its name alone, rather than by a provider's address (`sds://…`).
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('/')
}

/// The Secret is there, and a gateway cannot use it.
fn unusable(context: &Context<'_>, credential: &Credential<'_>, secret: &Object<Secret>, why: &str) -> Finding {
    let (called, namespace) = (credential.gateway.metadata.name.as_str(), credential.gateway.metadata.namespace.as_str());
    let (name, place) = (credential.name, secret.metadata.namespace.as_str());
    Finding::new(
        credential.gateway.reference(),
        format!("The TLS Secret `{name}` of Gateway `{called}` {why}"),
        credential.gateway.origin.at(&credential.pointer, name),
    )
    .cause(secret.reference())
    .summary(format!(
        "The pods of Gateway `{namespace}/{called}` take the certificate from Secret `{place}/{name}`, which {why}. They break off every TLS connection to this server."
    ))
    .confidence(0.95)
    .evidence([secret.named()])
    .seen(secret.metadata.written_at(), context.snapshot.taken_at)
    .remedy("Make the Secret from certificate and key. Gateways take it within seconds.", made_anew(name, place))
}

/// Makes a Secret from files, also where one is there.
fn made_anew(name: &str, place: &str) -> String {
    format!("kubectl create secret tls {name} -n {place} --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl apply -f -")
}

fn absent(snapshot: &Snapshot, credential: &Credential<'_>, place: &str) -> Finding {
    let Credential { gateway, pointer, name, .. } = credential;
    let (called, namespace) = (gateway.metadata.name.as_str(), gateway.metadata.namespace.as_str());
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
        gateway.origin.at(pointer, *name),
    )
    .cause(ObjectRef::new("Secret", place, *name))
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
    finding.remedy("Or make the Secret from certificate and key.", made_anew(name, place))
}
