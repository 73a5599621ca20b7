//! # tls-secret-missing
//!
//! The Secret with an Ingress's certificate is missing or cannot be used.
//!
//! ## What it detects
//! Secrets that `spec.tls` of an Ingress names and that do not exist in its namespace, lack `tls.crt` or `tls.key`, or hold a
//! key that belongs to another certificate; by the lists or by the ingress controller's word. The nearest name, one of that
//! name in another namespace, and the object that should have made it (a Certificate of cert-manager) are told. In a bundle
//! without Ingresses the controller's word counts alone. For Gateways of Istio (`credentialName`) the Secret must be in the
//! namespace of the gateway's pods (`istioctl analyze` says IST0101, or IST0161 where it cannot be used).
//!
//! ## Why it happens
//! The Secret was never made in this namespace, cert-manager could not have the certificate signed, or somebody mixed up the
//! files. Controllers show a certificate of their own instead; browsers warn, clients refuse.
//!
//! ## How to confirm
//! `kubectl get secret NAME`, and the ingress controller's log.
//!
//! ## How to fix
//! Make the Secret from certificate and key. Controllers take it within seconds.
//!
//! ## When it stays silent
//! When Secrets were not collected and no controller complains, and where the provider brings the certificate itself
//! (annotations of AWS and GKE).

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use super::certificates::defect;
use super::told::{Told, alone};
use crate::configuration::maker::maker;
use crate::mesh::gateway_credential::missing;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "tls-secret-missing",
    title: "The Secret with an Ingress's certificate is missing or cannot be used",
    level: Level::Cause,
    severity: Severity::High,
    guide: "SSL/TLS termination",
    needs: &[Need::AnyOf(&["ingresses", "logs", "gateways"])],
    produces: &[],
    explained_by: &[],
    check,
};

/// Annotations by which a provider brings the certificate itself.
const PROVIDED: [&str; 3] =
    ["alb.ingress.kubernetes.io/certificate-arn", "networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert"];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = missing(context);
    let told = Told::by(context, "ingress-certificate-unusable", "secret");
    for ingress in context.snapshot.ingresses.iter().filter(|i| !PROVIDED.iter().any(|a| i.metadata.annotations.contains_key(a))) {
        for (t, tls) in ingress.spec.tls.iter().enumerate().filter(|(_, tls)| !tls.secret_name.is_empty()) {
            findings.extend(finding(context, &told, ingress, t, &tls.secret_name));
        }
    }
    let gone = |secret: &ObjectRef| context.snapshot.secret(&secret.namespace, &secret.name).is_none();
    for (secret, log, hit) in alone(context, "ingress-certificate-unusable", "secret", "Secret", gone) {
        let title = format!("The TLS Secret `{}` of an Ingress cannot be used", secret.name);
        findings.push(
            Finding::new(secret.clone(), title, log.evidence(hit))
                .summary(
                    "The ingress controller says so, and shows a certificate of its own instead. The Ingress itself is not in the bundle.",
                )
                .confidence(0.9)
                .seen(hit.first.time, hit.last.time)
                .remedy("See whether it exists.", format!("kubectl get secret {} -n {}", secret.name, secret.namespace)),
        );
    }
    findings
}

fn finding(context: &Context<'_>, told: &Told<'_>, ingress: &Object<Ingress>, tls: usize, name: &str) -> Option<Finding> {
    let (snapshot, namespace) = (context.snapshot, ingress.metadata.namespace.as_str());
    let (reference, secret) = (ingress.reference(), ObjectRef::new("Secret", namespace, name));
    let found = snapshot.secret(namespace, name);
    let told = told.about(&secret);
    let defect = found.and_then(|s| defect(context, s, &[["tls.crt", "tls.key"]]));
    // A complaint from before the Secret was made is over.
    let told = told.filter(|(_, hit)| found.is_none_or(|s| s.metadata.written_at().zip(hit.last.time).is_none_or(|(w, t)| w <= t)));
    let absent = found.is_none() && (snapshot.coverage.is_complete("secrets") || told.is_some());
    if !absent && defect.is_none() && (found.is_none() || told.is_none()) {
        return None;
    }
    let what = match (&defect, absent) {
        (Some(defect), _) => defect.clone(),
        (None, true) => "does not exist".to_owned(),
        (None, false) => "cannot be used, says the ingress controller".to_owned(),
    };
    let made = snapshot.secrets.iter().filter(|s| s.r#type == "kubernetes.io/tls");
    let nearest = similarity::nearest(name, made.clone().filter(|s| s.metadata.namespace == namespace).map(|s| s.metadata.name.as_str()))
        .filter(|_| absent);
    let elsewhere = made.clone().find(|s| absent && s.metadata.name == name).map(|s| s.metadata.namespace.as_str());
    let maker = maker(context, namespace, name);
    let away = elsewhere.map(|n| format!(" One of that name is in namespace `{n}`; an Ingress sees only its own.")).unwrap_or_default();
    let mut finding = Finding::new(
        reference.clone(),
        format!("The TLS Secret `{name}` of Ingress `{}` {what}", reference.name),
        ingress.evidence(format!("/spec/tls/{tls}/secretName"), name),
    )
    .cause(secret.clone())
    .summary(format!(
        "Ingress `{namespace}/{}` takes its certificate from Secret `{name}`, which {what}{}{away}{} The controller shows a certificate of its own instead.",
        reference.name,
        if nearest.is_some() { did_you_mean(nearest) + "." } else { ".".to_owned() },
        maker.as_ref().map(|(words, _)| words.as_str()).unwrap_or_default(),
    ))
    .confidence(if told.is_some() || defect.is_some() { 0.98 } else { 0.95 })
    .evidence(told.map(|(log, hit)| log.evidence(hit)))
    .evidence(found.map(Object::named))
    .evidence(maker.map(|(_, evidence)| evidence))
    .seen(ingress.metadata.written_at(), snapshot.taken_at);
    if let Some(nearest) = nearest {
        finding = finding.remedy(
            format!("Name Secret `{nearest}` in the Ingress."),
            format!("kubectl patch ingress {} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"/spec/tls/{tls}/secretName\",\"value\":\"{nearest}\"}}]'", reference.name),
        );
    }
    Some(finding.remedy(
        "Or make the Secret from certificate and key. Controllers take it within seconds.",
        format!(
            "kubectl create secret tls {name} -n {namespace} --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl apply -f -"
        ),
    ))
}
