//! # metrics-api-unavailable
//!
//! The metrics API does not answer: `kubectl top` and autoscalers have no figures.
//!
//! ## What it detects
//! The aggregated APIs of metrics (`metrics.k8s.io`, custom and external metrics) when they are not available, and an API of
//! resource metrics that is not there at all although autoscalers ask for it. The log of metrics-server tells why.
//!
//! ## Why it happens
//! metrics-server is not installed, does not run, or cannot read the kubelets: most often because their certificates name
//! no address (`doesn't contain any IP SANs`), or because port 10250 is closed.
//!
//! ## How to confirm
//! `kubectl get apiservice v1beta1.metrics.k8s.io`, `kubectl top nodes`, and the log of metrics-server.
//!
//! ## How to fix
//! Bring metrics-server back; let kubelets have certificates of the cluster (`serverTLSBootstrap`), or tell metrics-server
//! not to check them where the network is trusted.
//!
//! ## When it stays silent
//! When the API is available; when it is not there and nobody asks for it; when APIServices were not collected and nobody
//! complains.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::log::{ContainerLog, LogHit};
use tarbox_model::object::condition;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use crate::cluster::aggregated_api::{is_of_metrics, unavailable};
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "metrics-api-unavailable",
    title: "The metrics API does not answer",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Missing Metrics",
    needs: &[Need::AnyOf(&["apiservices", "horizontalpodautoscalers", "logs"])],
    produces: &[Effect::MetricsMissing, Effect::Unreachable],
    explained_by: &[Effect::NoEndpoints, Effect::Unreachable, Effect::NotReady, Effect::NodeDown],
    check,
};

/// The registration of the resource metrics API.
pub(super) const API: &str = "v1beta1.metrics.k8s.io";

fn check(context: &Context<'_>) -> Vec<Finding> {
    let of_metrics = || context.snapshot.api_services.iter().filter(|a| is_of_metrics(&a.spec.group));
    let mut findings: Vec<Finding> = of_metrics().filter_map(|api| unavailable(context, api)).collect();
    if of_metrics().all(|a| a.spec.group != "metrics.k8s.io") {
        findings.extend(absent(context));
    }
    let scrape = scrape(context);
    if let Some((log, hit)) = scrape.filter(|_| findings.is_empty()) {
        // Without a word of the API: the log alone tells that no figure comes in, when no scrape has worked since.
        let pod = log.pod_reference();
        let why = hit.field("why").unwrap_or_default();
        findings.push(
            Finding::new(pod.clone(), "metrics-server cannot read the kubelets", log.evidence(hit))
                .summary(format!("`{}` has failed {} times to read a kubelet: {why}.", pod.name, hit.count))
                .workload(
                    context.snapshot.pod(&pod.namespace, &pod.name).and_then(|p| context.relations.workload_of_pod(context.snapshot, p)),
                )
                .confidence(0.7)
                .seen(hit.first.time, hit.last.time),
        );
    }
    findings.into_iter().map(|finding| explained(finding, scrape)).collect()
}

/// Autoscalers ask for an API that is not there.
fn absent(context: &Context<'_>) -> Option<Finding> {
    let mut told = Vec::new();
    for scaler in &context.snapshot.autoscalers {
        let active = condition(&scaler.status.conditions, "ScalingActive").filter(|(_, c)| c.status == "False");
        if let Some((i, c)) = active.filter(|(_, c)| c.message.contains("could not find the requested resource (get pods.metrics.k8s.io)"))
        {
            told.push((scaler, scaler.evidence(format!("/status/conditions/{i}/message"), c.message.as_str())));
        }
    }
    let (first, evidence) = told.first()?;
    Some(
        Finding::new(ObjectRef::cluster_wide("APIService", API), "The metrics API is not there", evidence.clone())
            .summary(format!(
                "{} for CPU or memory (`{}`), and the API server knows no `metrics.k8s.io`: metrics-server is not installed.",
                if told.len() == 1 { "An autoscaler asks".to_owned() } else { format!("{} ask", counted(told.len(), "autoscaler")) },
                first.metadata.name
            ))
            .confidence(0.95)
            .evidence(told.iter().skip(1).map(|(_, e)| e.clone()).take(3))
            .remedy(
                "Install metrics-server.",
                "kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml",
            ),
    )
}

/// What metrics-server says of its failed reads, the newest.
fn scrape<'a>(context: &Context<'a>) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let own = context.snapshot.logs.iter().filter(|l| l.pod.starts_with("metrics-server"));
    let fresh = |h: &LogHit| context.snapshot.age_seconds(h.last.time).is_none_or(|age| age < 300);
    own.flat_map(|log| log.hits_of("metrics-scrape-failed").map(move |hit| (log, hit))).filter(|(_, h)| fresh(h) && h.count >= 3).last()
}

fn explained(mut finding: Finding, scrape: Option<(&ContainerLog, &LogHit)>) -> Finding {
    let Some((log, hit)) = scrape else {
        return finding.remedy("Read the log of metrics-server.", "kubectl logs -n kube-system deployment/metrics-server --tail=50");
    };
    let why = hit.field("why").unwrap_or_default();
    if !finding.summary.contains(why) {
        finding.summary.push_str(&format!(" metrics-server says: {why}."));
        finding = finding.evidence([log.evidence(hit)]);
    }
    if !why.starts_with("x509") {
        return finding.remedy(
            "See whether the kubelets' port can be reached from its pod.",
            format!("kubectl logs -n {} {} --tail=50", log.namespace, log.pod),
        );
    }
    finding
        .remedy("Let kubelets ask the cluster for their serving certificates, and approve them.", "kubectl get csr")
        .remedy(
            "Or, in a network that is trusted, let metrics-server not check them. This starts a new pod.",
            format!("kubectl patch deployment metrics-server -n {} --type=json -p '[{{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/args/-\",\"value\":\"--kubelet-insecure-tls\"}}]'", log.namespace),
        )
}
