//! Certificates in use: who serves them, to which hosts, who renews them, and what the ingress controller says of them.

use std::collections::BTreeMap;

use tarbox_model::facts::Certificate;
use tarbox_model::finding::Finding;
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::object::{Object, Secret, Volume};
use tarbox_model::relations::workloads;
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use crate::mesh::gateway_credential::credentials;

/// Who uses a Secret with a certificate.
#[derive(Debug, Clone, Default)]
pub(super) struct Users {
    /// Ingresses and gateways that serve it, with the place of the Secret's name.
    pub(super) fronts: Vec<(ObjectRef, Evidence)>,
    /// Workloads that mount it.
    pub(super) workloads: Vec<ObjectRef>,
}

/// Users of every Secret that an Ingress, a gateway or a volume names.
pub(super) fn users(context: &Context<'_>) -> BTreeMap<ObjectRef, Users> {
    let snapshot = context.snapshot;
    let mut all: BTreeMap<ObjectRef, Users> = BTreeMap::new();
    let secret = |namespace: &str, name: &str| ObjectRef::new("Secret", namespace, name);
    for ingress in &snapshot.ingresses {
        for (t, tls) in ingress.spec.tls.iter().enumerate().filter(|(_, tls)| !tls.secret_name.is_empty()) {
            let place = ingress.evidence(format!("/spec/tls/{t}/secretName"), tls.secret_name.as_str());
            all.entry(secret(&ingress.metadata.namespace, &tls.secret_name)).or_default().fronts.push((ingress.reference(), place));
        }
    }
    for gateway in snapshot.custom_of("gateway.networking.k8s.io", "Gateway") {
        let listeners = gateway.get("/spec/listeners").and_then(|l| l.as_array()).into_iter().flatten().enumerate();
        for (l, listener) in listeners {
            let references = listener.pointer("/tls/certificateRefs").and_then(|r| r.as_array()).into_iter().flatten().enumerate();
            for (r, reference) in references {
                let text = |field: &str| reference.get(field).and_then(|v| v.as_str());
                let Some(name) = text("name") else { continue };
                let namespace = text("namespace").unwrap_or(&gateway.metadata.namespace);
                let place = gateway.origin.at(format!("/spec/listeners/{l}/tls/certificateRefs/{r}/name"), name);
                let front = ObjectRef::new("Gateway", gateway.metadata.namespace.as_str(), gateway.metadata.name.as_str());
                all.entry(secret(namespace, name)).or_default().fronts.push((front, place));
            }
        }
    }
    for credential in credentials(context) {
        for place in &credential.places {
            let at = credential.gateway.origin.at(&credential.pointer, credential.name);
            all.entry(secret(place, credential.name)).or_default().fronts.push((credential.gateway.reference(), at));
        }
    }
    for workload in workloads(snapshot) {
        for name in workload.template.spec.volumes.iter().flat_map(secrets_of) {
            let list = &mut all.entry(secret(&workload.reference.namespace, name)).or_default().workloads;
            if !list.contains(&workload.reference) {
                list.push(workload.reference.clone());
            }
        }
    }
    all
}

/// Why a Secret is no certificate with its key, each under its name of one of the pairs.
pub(crate) fn defect(context: &Context<'_>, secret: &Object<Secret>, pairs: &[[&str; 2]]) -> Option<String> {
    let empty = |key: &&str| secret.keys.get(*key).is_none_or(|k| k.bytes == Some(0));
    let whole = pairs.iter().find(|pair| !pair.iter().any(&empty));
    // Where a bundle shows no keys at all, a Secret of the right type has them.
    if whole.is_none() && (!secret.keys.is_empty() || secret.r#type == "Opaque") {
        let key = pairs.last()?.iter().find(|key| empty(key))?;
        return Some(format!("has nothing under `{key}`"));
    }
    let [certificate, _] = whole.or(pairs.last())?;
    let mut chain = context.snapshot.certificates_of(&secret.metadata.namespace, &secret.metadata.name).filter(|c| c.field == *certificate);
    let leaf = chain.next()?;
    match leaf.key_matches {
        Some(false) => Some("holds a key that belongs to another certificate".to_owned()),
        _ if !leaf.error.is_empty() => Some(format!("holds a certificate that cannot be read ({})", leaf.error)),
        _ => None,
    }
}

/// Secrets that a volume shows.
fn secrets_of(volume: &Volume) -> impl Iterator<Item = &str> {
    let projected = volume.projected.iter().flat_map(|p| &p.sources).filter_map(|s| s.secret.as_ref()).map(|s| s.name.as_str());
    volume.secret.iter().map(|s| s.secret_name.as_str()).chain(projected)
}

/// Whether a certificate is one that a server shows: not a store of authorities to be trusted.
pub(super) fn is_served(certificate: &Certificate) -> bool {
    certificate.kind == "Secret"
        && certificate.error.is_empty()
        && !certificate.field.starts_with("ca")
        && (certificate.index == 0 || !is_root(certificate))
}

/// Whether it has signed itself.
fn is_root(certificate: &Certificate) -> bool {
    certificate.is_ca && certificate.subject == certificate.issuer
}

/// Evidence: a moment of a certificate, where it stands.
pub(super) fn moment(certificate: &Certificate, field: &str, time: Option<Timestamp>) -> Evidence {
    certificate.origin.at(format!("/{field}"), time.map(|t| t.to_string()).unwrap_or_default())
}

/// The cert-manager Certificate that keeps a Secret.
pub(super) fn keeper<'a>(context: &Context<'a>, secret: &ObjectRef) -> Option<&'a tarbox_model::object::Custom> {
    let all = context.snapshot.custom_of("cert-manager.io", "Certificate");
    let mut mine = all.filter(|c| c.metadata.namespace == secret.namespace && c.text("/spec/secretName") == Some(&secret.name));
    mine.next()
}

/// What an ingress controller says of a host: the newest line of a signature.
pub(super) fn said<'a>(context: &Context<'a>, signature: &'static str, host: &str) -> Option<(&'a ContainerLog, &'a LogHit)> {
    lines(context, signature).filter(|(_, hit)| hit.field("host") == Some(host)).last()
}

/// All lines of a signature.
pub(super) fn lines<'a>(context: &Context<'a>, signature: &'static str) -> impl Iterator<Item = (&'a ContainerLog, &'a LogHit)> {
    context.snapshot.logs.iter().flat_map(move |log| log.hits_of(signature).map(move |hit| (log, hit)))
}

/// The Ingress and the Secret that serve a host, as the Ingresses say.
pub(super) fn serving(context: &Context<'_>, host: &str) -> Option<(ObjectRef, ObjectRef)> {
    context.snapshot.ingresses.iter().find_map(|ingress| {
        let named = |hosts: &[String]| hosts.iter().any(|h| h.eq_ignore_ascii_case(host));
        let tls = ingress.spec.tls.iter().find(|tls| named(&tls.hosts) && !tls.secret_name.is_empty())?;
        Some((ingress.reference(), ObjectRef::new("Secret", ingress.metadata.namespace.as_str(), tls.secret_name.as_str())))
    })
}

/// A moment as Go prints it: `2026-11-28 17:15:05 +0000 UTC`.
pub(super) fn go_time(text: &str) -> Option<Timestamp> {
    let mut parts = text.split_whitespace();
    format!("{}T{}Z", parts.next()?, parts.next()?).parse().ok()
}

/// Adds the way to a new certificate.
pub(super) fn renewal(context: &Context<'_>, finding: Finding, secret: &ObjectRef) -> Finding {
    let (name, namespace) = (&secret.name, &secret.namespace);
    match keeper(context, secret) {
        Some(keeper) => finding.remedy(
            format!("cert-manager keeps it: see why Certificate `{}` was not renewed.", keeper.metadata.name),
            format!("kubectl describe certificate {} -n {namespace}", keeper.metadata.name),
        ),
        None => finding.remedy(
            "Put a new certificate and its key into the Secret. Ingress controllers take it within seconds; pods that mount it may have to start anew.",
            format!("kubectl create secret tls {name} -n {namespace} --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl apply -f -"),
        ),
    }
}

/// "3 days", "5 h", "12 min".
pub(super) fn span(seconds: i64) -> String {
    match seconds.abs() {
        s if s >= 172_800 => format!("{} days", s / 86_400),
        s if s >= 7200 => format!("{} h", s / 3600),
        s => format!("{} min", s / 60),
    }
}
