//! # admission-webhook-unreachable
//!
//! The API server cannot ask an admission webhook, so nothing can be created.
//!
//! ## What it detects
//! Pods that are not created because the call to a webhook fails: nobody behind its Service, no answer in time, a certificate
//! that does not fit. Named are the webhook, its Service, and the answer.
//!
//! ## Why it happens
//! The webhook's own pods are down, or were removed while the configuration stayed behind; its certificate has lapsed; a
//! firewall lets the API server not reach the pods' port. With `failurePolicy: Fail` everything that it watches stands still,
//! its own pods included.
//!
//! ## How to confirm
//! `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations`, then the endpoints of the Service.
//!
//! ## How to fix
//! Bring the webhook's pods back, or remove the configuration that was left behind. In need, let it be ignored for a while.
//!
//! ## When it stays silent
//! When the webhook answers, be it with a denial, and when the workload has all its pods.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::refusal::{Refusal, between, refusals};
use super::webhook::Webhooks;

/// The rule.
pub static RULE: Rule = Rule {
    id: "admission-webhook-unreachable",
    title: "The API server cannot ask an admission webhook",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Deployment Failures",
    needs: &[Need::AnyOf(&["replicasets", "deployments", "statefulsets", "events"])],
    produces: &[Effect::PodsNotCreated],
    explained_by: &[Effect::NoEndpoints, Effect::Unreachable, Effect::NetworkBroken],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let webhooks = Webhooks::of(context.snapshot);
    refusals(context).iter().filter_map(|refusal| finding(context, &webhooks, refusal)).collect()
}

fn finding(context: &Context<'_>, webhooks: &Webhooks<'_>, refusal: &Refusal) -> Option<Finding> {
    let snapshot = context.snapshot;
    let (_, rest) = refusal.message.split_once("failed calling webhook \"")?;
    let (name, said) = rest.split_once('"')?;
    let said = said.trim_start_matches(':').trim().trim_start_matches("failed to call webhook: ");
    let service = service(said);
    let known = service.as_ref().map(|s| snapshot.service(&s.namespace, &s.name).is_some());
    let hint = match &service {
        Some(s) if known == Some(false) && snapshot.coverage.is_complete("services") => {
            format!(" Service `{}/{}` does not exist: the configuration was left behind.", s.namespace, s.name)
        }
        Some(s) if said.contains("x509") => {
            format!(" The certificate of Service `{}/{}` does not fit the configuration's `caBundle`.", s.namespace, s.name)
        }
        Some(s) => format!(" It is asked at Service `{}/{}`.", s.namespace, s.name),
        None => String::new(),
    };
    let mut finding = refusal.finding(format!("The API server cannot ask the admission webhook `{name}`")).summary(format!(
        "The API server says: {}.{hint} {}",
        said.trim_end_matches('.'),
        refusal.toll()
    ));
    if let Some(service) = service {
        let (ns, svc) = (service.namespace.clone(), service.name.clone());
        finding = finding
            .remedy(
                "See who is behind the webhook's Service, and bring its pods back.",
                format!("kubectl get service,endpointslices,pods -n {ns}; kubectl describe service {svc} -n {ns}"),
            )
            .depends_on(service.clone())
            .cause(service);
    }
    let webhook = webhooks.find(name);
    if let Some((webhook, (pointer, policy))) = webhook.and_then(|w| Some((w, w.failure_policy()?))) {
        let (kind, owner) = (webhook.object.kind.to_lowercase(), &webhook.object.metadata.name);
        finding = finding
            .evidence(policy.map(|policy| webhook.object.origin.at(&pointer, policy)))
            .remedy(
                "Or let the API server do without its answer for a while. Until it is set back, nobody checks.",
                format!(
                    "kubectl patch {kind} {owner} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"Ignore\"}}]'"
                ),
            )
            .remedy("Or, if its program was removed for good, remove the configuration too.", format!("kubectl delete {kind} {owner}"));
    }
    Some(finding)
}

/// The Service that was asked: `Post "https://NAME.NAMESPACE.svc:443/…"`, or `service "NAME" not found`.
fn service(said: &str) -> Option<ObjectRef> {
    let host = between(said, "https://", "/")?;
    let host = host.split(':').next().unwrap_or(host);
    let (name, rest) = host.split_once('.')?;
    let namespace = rest.strip_suffix(".svc").or_else(|| rest.split_once(".svc.").map(|(ns, _)| ns))?;
    Some(ObjectRef::new("Service", namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_service_that_was_asked() {
        let said = r#"Post "https://policy.gate.svc:443/validate?timeout=10s": no endpoints available for service "policy""#;
        assert_eq!(service(said), Some(ObjectRef::new("Service", "gate", "policy")));
        assert_eq!(service(r#"Post "https://hooks.example.com/validate": EOF"#), None);
    }
}
