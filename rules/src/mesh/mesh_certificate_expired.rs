//! # mesh-certificate-expired
//!
//! A certificate on which the whole mesh rests has expired, or is about to.
//!
//! ## What it detects
//! The authorities of Istio (`cacerts`, `istio-ca-secret`, `istio-ca-root-cert`) and Linkerd (`linkerd-identity-issuer`,
//! `linkerd-identity-trust-roots`) that are past their end, or within a week of it; without them, proxies and control
//! planes whose logs say that a certificate has expired.
//!
//! ## Why it happens
//! Proxies' own certificates are renewed every day; those of the authorities that one brings oneself are not. Once an
//! authority has expired, every mutual TLS connection fails, in all services at once. Nodes that were suspended wake up
//! with workload certificates that ended meanwhile.
//!
//! ## How to confirm
//! `kubectl get secret cacerts -n istio-system -o jsonpath='{.data.ca-cert\.pem}' | base64 -d | openssl x509 -noout -enddate`;
//! clients see 503 with *CERTIFICATE_VERIFY_FAILED* or *CERTIFICATE_EXPIRED*.
//!
//! ## How to fix
//! Issue the authority anew (with the old root beside the new one as long as both are in use), restart the control plane,
//! then the workloads.
//!
//! ## When it stays silent
//! More than a week before the end, and for certificates of Ingresses and webhooks, which are other rules' business.

use tarbox_model::facts::Certificate;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::control_plane::{ControlPlane, control_planes};
use super::parts::{is_of_mesh, is_part_of_mesh};
use super::requests::{Request, Requests};
use crate::complaints::complaints;
use crate::wording::{counted, target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "mesh-certificate-expired",
    title: "A certificate on which the mesh rests has expired",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Service Mesh Issues",
    needs: &[Need::AnyOf(&["certificates", "logs"])],
    produces: &[Effect::MeshDown],
    explained_by: &[],
    check,
};

/// Days before the end in which it is time.
const SOON: i64 = 7;
const DAY: i64 = 86_400;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let failed = Requests::failed(context);
    let told: Vec<&Request<'_>> = failed.all().iter().filter(|r| r.tls()).collect();
    let holders = context.snapshot.certificates.iter().filter(|c| is_of_mesh(c));
    let planes = control_planes(context);
    let mut findings: Vec<Finding> = holders.filter_map(|c| ending(context, &planes, c, &told)).collect();
    if findings.is_empty() {
        findings.extend(by_the_logs(context));
    }
    findings
}

/// An authority that has ended or is about to.
fn ending(context: &Context<'_>, planes: &[ControlPlane<'_>], certificate: &Certificate, told: &[&Request<'_>]) -> Option<Finding> {
    let until = certificate.not_after?;
    let left = until.as_second() - context.snapshot.taken_at?.as_second();
    if left > SOON * DAY {
        return None;
    }
    let over = left <= 0;
    let (holder, kind) = (certificate.holder(), if certificate.is_ca { "authority" } else { "certificate" });
    let when = if over { format!("ended {}", days(-left)) + " ago" } else { format!("ends in {}", days(left)) };
    let proof = if over { told.first() } else { None };
    let mut finding = Finding::new(
        holder.clone(),
        format!("The mesh's {kind} in {} `{}` {}", holder.kind, holder.name, if over { "has expired" } else { "is about to expire" }),
        certificate.origin.at("/not_after", until.to_string()),
    )
    .summary(format!(
        "`{}` (key `{}`) {when}, on {until}. {}",
        certificate.subject,
        certificate.field,
        if over {
            "Every mutual TLS connection in the mesh that rests on it fails."
        } else {
            "When it does, every mutual TLS connection in the mesh fails at once."
        }
    ))
    .severity(if over { Severity::Critical } else { Severity::Medium })
    .confidence(0.97)
    .evidence(proof.map(|r| r.evidence()))
    .seen(Some(until), context.snapshot.taken_at);
    finding = finding.remedy(
        "Issue it anew, by the tool that made it (cert-manager, a script of the mesh's own), and replace it where it stands.",
        format!("kubectl get {} -o yaml{}", target(&holder), holder.namespace_flag()),
    );
    for plane in planes {
        finding = finding.remedy(
            "Then restart the control plane, and after it the workloads, so that they get new certificates.",
            format!("kubectl rollout restart {} -n {}", target(&plane.reference), plane.reference.namespace),
        );
    }
    Some(finding)
}

fn days(seconds: i64) -> String {
    match seconds {
        ..7200 => counted(usize::try_from(seconds / 60).unwrap_or(0), "minute"),
        7200..172_800 => counted(usize::try_from(seconds / 3600).unwrap_or(0), "hour"),
        _ => counted(usize::try_from(seconds / DAY).unwrap_or(0), "day"),
    }
}

/// Proxies and control planes that say so.
fn by_the_logs(context: &Context<'_>) -> Option<Finding> {
    let expired = |hit: &tarbox_model::log::LogHit| {
        hit.signature == "mesh-certificate-expired" || hit.field("why") == Some("certificate has expired")
    };
    let all: Vec<_> = complaints(context, expired).into_iter().filter(|c| is_part_of_mesh(&c.log.container)).collect();
    let first = all.first()?;
    let pods: std::collections::BTreeSet<&ObjectRef> = all.iter().map(|c| &c.pod).collect();
    Some(
        first
            .finding(format!("Proxies of the mesh say that a certificate has expired (`{}`)", first.client.name))
            .summary(format!("By the logs of {}: {}", counted(pods.len(), "pod"), first.hit.first.text.trim()))
            .severity(if pods.len() > 1 { Severity::Critical } else { Severity::High })
            .confidence(0.75)
            .evidence(all.iter().skip(1).take(3).map(|c| c.log.evidence(c.hit)))
            .remedy(
                "See which one: the proxy's own, or an authority's.",
                format!("istioctl proxy-config secret {} -n {}", first.pod.name, first.pod.namespace),
            )
            .remedy(
                "A proxy's own is renewed by a restart, as long as the control plane answers.",
                format!("kubectl rollout restart {} -n {}", target(&first.client), first.client.namespace),
            ),
    )
}
