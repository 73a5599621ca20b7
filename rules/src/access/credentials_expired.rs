//! # credentials-expired
//!
//! A program is not let in, because its credentials have ended or are not known.
//!
//! ## What it detects
//! Logs of clients of the Kubernetes API that tell of `Unauthorized`, of `You must be logged in to the server` or of
//! credentials that are asked for; of API servers that refuse expired tokens and certificates; and of the clouds' own words for
//! tokens that have ended (`ExpiredToken`, `invalid_grant`, `AADSTS7000222`). The Secret that the pod has its token from is named.
//!
//! ## Why it happens
//! A token that was copied into a Secret or a pipeline ends, while the kubelet renews those that it mounts itself; the service
//! account was deleted and made anew; a kubeconfig's client certificate lasts a year; the keys of a cloud were rotated.
//!
//! ## How to confirm
//! `kubectl auth whoami --token="$TOKEN"`; for a certificate, `openssl x509 -noout -enddate`.
//!
//! ## How to fix
//! Let the pod use the token that the kubelet mounts and renews, or put a new one into the Secret and start the pods anew.
//!
//! ## When it stays silent
//! When the client has recovered, for requests of visitors that a service itself refuses with 401, and for certificates of
//! servers (certificate-expired).

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Object;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::token::{key, token};
use crate::complaints::{Complaint, complaints};
use crate::wording::target;

/// The rule.
pub static RULE: Rule = Rule {
    id: "credentials-expired",
    title: "A program is not let in: its credentials have ended",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Kubeconfig Issues",
    needs: &[Need::Logs],
    produces: &[Effect::Exits, Effect::DependencyDown],
    explained_by: &[Effect::ControlPlaneDown],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_client: BTreeMap<ObjectRef, Vec<Complaint<'_>>> = BTreeMap::new();
    let anonymous = |c: &Complaint<'_>| c.hit.signature == "api-unauthorized" || c.hit.field("user") == Some("system:anonymous");
    for complaint in complaints(context, |hit| matches!(hit.signature, "api-unauthorized" | "api-forbidden")).into_iter().filter(anonymous)
    {
        by_client.entry(complaint.client.clone()).or_default().push(complaint);
    }
    by_client.values().filter_map(|complaints| finding(context, complaints)).collect()
}

/// Who does not let it in, and how sure it is that the credentials have ended.
fn gate(complaint: &Complaint<'_>) -> (&'static str, f64) {
    let has = |name: &str| complaint.hit.field(name).is_some_and(|v| !v.is_empty());
    if has("aws") {
        ("AWS", 0.93)
    } else if has("google") {
        ("Google", 0.93)
    } else if has("azure") {
        ("Azure", 0.93)
    } else {
        ("the Kubernetes API", 0.88)
    }
}

fn finding(context: &Context<'_>, complaints: &[Complaint<'_>]) -> Option<Finding> {
    let first = complaints.first()?;
    let (client, (gate, confidence)) = (&first.client, gate(first));
    let count: u64 = complaints.iter().map(|c| c.hit.count).sum();
    let pod = context.snapshot.pod(&first.pod.namespace, &first.pod.name);
    // The API server tells of others: which client it was, its line does not say.
    let server = first.hit.field("why").filter(|w| !w.is_empty());
    if let Some(why) = server {
        return Some(
            first
                .finding("Somebody calls the API server with credentials that have ended")
                .summary(format!("The API server refuses them {count} times: {why}. Its log does not say who it was."))
                .severity(Severity::Low)
                .confidence(0.7)
                .remedy("Its audit log says from where the requests came.", first.logs_command()),
        );
    }
    let secret = pod.and_then(|p| token(context.snapshot, p));
    let anonymous = first.hit.signature == "api-forbidden";
    let how =
        if anonymous { "takes it for nobody (`system:anonymous`): it sends no token" } else { "does not know its credentials (any more)" };
    let from = secret
        .as_ref()
        .map(|(s, used)| format!(" It has them from Secret `{}` ({used}), which nobody renews.", s.name))
        .unwrap_or_default();
    let unwell = pod.is_some_and(|p| !p.is_ready());
    let mut finding = first
        .finding(format!("`{}` is not let in by {gate}", client.name))
        .summary(format!("{} {how}, {count} times by its log.{from}", crate::wording::capitalised(gate)))
        .severity(if unwell || count > 2 || pod.is_none() { Severity::High } else { Severity::Medium })
        .confidence(confidence)
        .evidence(complaints.iter().skip(1).take(3).map(|c| c.log.evidence(c.hit)));
    let account =
        pod.map_or("default", |p| if p.spec.service_account_name.is_empty() { "default" } else { p.spec.service_account_name.as_str() });
    let flag = first.pod.namespace_flag();
    if let Some((secret, _)) = &secret {
        let known = context.snapshot.secret(&secret.namespace, &secret.name);
        finding = finding.cause(secret.clone()).evidence(known.map(Object::named));
    }
    if gate != "the Kubernetes API" {
        return Some(finding.remedy("Renew the credentials where they are kept, and start the pods anew.", crate::commands::edit(client)));
    }
    if let Some((secret, _)) = secret {
        let key = context.snapshot.secret(&secret.namespace, &secret.name).and_then(|s| key(s)).unwrap_or("token");
        finding = finding
            .remedy("Put a new token into the Secret. It ends too: nothing renews it.", format!("kubectl create secret generic {0}{flag} --from-literal={key}=\"$(kubectl create token {account}{flag} --duration=24h)\" --dry-run=client -o yaml | kubectl apply -f -", secret.name))
            .remedy("Or let the program read the token that the kubelet mounts and renews, at `/var/run/secrets/kubernetes.io/serviceaccount/token`.", crate::commands::edit(client));
    }
    Some(match client.kind.as_str() {
        "Pod" => finding.remedy(
            "See whom the API takes it for.",
            format!("kubectl auth can-i --list{flag} --as=system:serviceaccount:{}:{account}", first.pod.namespace),
        ),
        _ => finding.remedy(
            "Start the pods anew, so that they read their token again.",
            format!("kubectl rollout restart {}{flag}", target(client)),
        ),
    })
}
