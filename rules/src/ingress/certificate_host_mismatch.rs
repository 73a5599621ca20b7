//! # certificate-host-mismatch
//!
//! A certificate is not for the host that it is shown for.
//!
//! ## What it detects
//! Ingresses whose TLS Secret holds a certificate without the host among its names, with both; the same by the word of an
//! ingress controller where no certificate was collected; and clients that are shown a certificate for another name.
//!
//! ## Why it happens
//! The host was changed and the certificate was not, the Secret of another environment was taken, or a wildcard is one label
//! too short (`*.example.com` is not for `a.b.example.com`). ingress-nginx then shows its own default certificate.
//!
//! ## How to confirm
//! `openssl s_client -connect ADDRESS:443 -servername HOST </dev/null | openssl x509 -noout -ext subjectAltName`.
//!
//! ## How to fix
//! Have a certificate made for the host, or name the right Secret.
//!
//! ## When it stays silent
//! When the host is among the names or matched by a wildcard; a common name alone does not count, as browsers do not look at it.

use tarbox_model::facts::Certificate;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::certificates::{lines, renewal, said, serving};
use super::refused;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "certificate-host-mismatch",
    title: "A certificate is not for the host that it is shown for",
    level: Level::Cause,
    severity: Severity::High,
    guide: "SSL/TLS termination",
    needs: &[Need::AnyOf(&["certificates", "logs"])],
    produces: &[Effect::DependencyDown],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ingress in &context.snapshot.ingresses {
        for (t, tls) in ingress.spec.tls.iter().enumerate() {
            let mut chain = context.snapshot.certificates_of(&ingress.metadata.namespace, &tls.secret_name);
            let Some(leaf) = chain.find(|c| c.index == 0 && c.error.is_empty() && !c.field.starts_with("ca")) else { continue };
            let wrong = tls
                .hosts
                .iter()
                .enumerate()
                .filter(|(_, host)| !leaf.is_for(host))
                .map(|(h, host)| (format!("/spec/tls/{t}/hosts/{h}"), host.as_str()));
            findings.extend(finding(context, ingress, leaf, &wrong.collect::<Vec<_>>()));
        }
    }
    for (log, hit) in lines(context, "ingress-certificate-other-host") {
        let (Some(host), Some((namespace, name))) = (hit.field("host"), hit.field("secret").and_then(|s| s.split_once('/'))) else {
            continue;
        };
        let secret = ObjectRef::new("Secret", namespace, name);
        let written = context.snapshot.secret(namespace, name).and_then(|s| s.metadata.written_at());
        let renewed = written.zip(hit.last.time).is_some_and(|(written, line)| written > line);
        if renewed || context.snapshot.certificates_of(namespace, name).next().is_some() {
            continue;
        }
        let why = hit.field("why").map(|w| format!(": {w}")).unwrap_or_default();
        let ingress = serving(context, host).filter(|(_, s)| *s == secret).map(|(ingress, _)| ingress);
        let finding = Finding::new(
            ingress.unwrap_or_else(|| secret.clone()),
            format!("The certificate of Secret `{name}` is not for `{host}`"),
            log.evidence(hit),
        )
        .summary(format!(
            "The ingress controller says that the certificate does not name `{host}`{why}. It shows its own default certificate instead."
        ))
        .cause(secret.clone())
        .confidence(0.95)
        .seen(hit.first.time, hit.last.time);
        findings.push(renewal(context, finding, &secret));
    }
    if findings.is_empty() {
        findings.extend(refused::of_another_host(context));
    }
    findings
}

fn finding(context: &Context<'_>, ingress: &Object<Ingress>, leaf: &Certificate, wrong: &[(String, &str)]) -> Option<Finding> {
    let (pointer, host) = wrong.first()?;
    let (reference, secret) = (ingress.reference(), leaf.holder());
    let names = if leaf.sans.is_empty() {
        format!("no host at all (subject `{}`)", leaf.subject)
    } else {
        listed(leaf.sans.iter().map(String::as_str))
    };
    let told = said(context, "ingress-certificate-other-host", host);
    let quote =
        leaf.sans.first().map_or_else(|| leaf.origin.at("/subject", leaf.subject.as_str()), |san| leaf.origin.at("/sans/0", san.as_str()));
    let finding = Finding::new(
        reference.clone(),
        format!("The certificate of Ingress `{}` is not for `{host}`", reference.name),
        ingress.evidence(pointer, *host),
    )
    .summary(format!(
        "Secret `{}` holds a certificate for {names}; the Ingress shows it for {}. Clients that check the name refuse the connection.",
        secret.name,
        listed(wrong.iter().map(|(_, host)| *host))
    ))
    .cause(secret.clone())
    .confidence(0.97)
    .evidence([quote])
    .evidence(told.map(|(log, hit)| log.evidence(hit)))
    .seen(ingress.metadata.written_at(), context.snapshot.taken_at);
    // A Secret beside it that holds one for the host.
    let better = context
        .snapshot
        .certificates
        .iter()
        .find(|c| c.kind == "Secret" && c.namespace == secret.namespace && c.index == 0 && c.is_for(host));
    Some(match better {
        Some(better) => finding.remedy(
            format!("Secret `{}` holds a certificate for that host: name it in the Ingress.", better.name),
            format!(
                "kubectl patch ingress {} -n {} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{}/secretName\",\"value\":\"{}\"}}]'",
                reference.name,
                reference.namespace,
                pointer.split("/hosts").next().unwrap_or_default(),
                better.name
            ),
        ),
        None => renewal(context, finding, &secret),
    })
}
