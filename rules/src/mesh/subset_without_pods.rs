//! Subsets that a DestinationRule defines by labels that no pod of the Service bears.

use std::collections::BTreeSet;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::Finding;
use tarbox_model::object::{Custom, Object, Service};
use tarbox_model::{Context, selector, similarity};

use super::parts::quoted;
use crate::wording::{counted, listed};

/// The subset's labels are on no pod.
pub(super) fn without_pods(
    context: &Context<'_>,
    rule: &Custom,
    pointer: &str,
    wanted: &selector::Labels,
    subset: &str,
    service: &Object<Service>,
) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, service.reference());
    let pods: Vec<_> = context.relations.pods_behind(snapshot, &reference).filter(|p| p.is_active()).collect();
    let first = pods.first()?;
    if wanted.is_empty() || !snapshot.coverage.has("pods") || pods.iter().any(|p| selector::subset(wanted, &p.metadata.labels)) {
        return None;
    }
    let (key, value) = wanted.iter().find(|(k, v)| first.metadata.labels.get(k) != Some(v))?;
    let have: BTreeSet<&str> = pods.iter().filter_map(|p| p.metadata.labels.get(key)).map(String::as_str).collect();
    let shown = pods.iter().find(|p| p.metadata.labels.contains_key(key));
    let evidence =
        shown.map(|p| p.evidence(format!("/metadata/labels/{}", pointer_key(key)), p.metadata.labels.get(key).map_or("", |v| v.as_str())));
    let theirs =
        if have.is_empty() { format!("They have no label `{key}`") } else { format!("Their `{key}` is {}", listed(have.iter().copied())) };
    let (name, namespace) = (rule.metadata.name.as_str(), rule.metadata.namespace.as_str());
    let at = format!("{pointer}/labels/{}", pointer_key(key));
    let mut finding =
        Finding::new(rule.reference(), format!("Subset `{subset}` of DestinationRule `{name}` has no pods"), quoted(rule, &at))
            .summary(format!(
                "It selects `{}` among the {} of Service `{}`. {theirs}. Requests that are sent to it end with 503.",
                selector::describe(wanted),
                counted(pods.len(), "pod"),
                reference.name
            ))
            .confidence(0.93)
            .evidence(evidence)
            .seen(rule.metadata.written_at(), snapshot.taken_at);
    if let Some(meant) = similarity::nearest(value, have.iter().copied()).or_else(|| have.first().copied().filter(|_| have.len() == 1)) {
        let patch = format!(
            "kubectl patch destinationrule {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{at}\",\"value\":\"{meant}\"}}]'"
        );
        finding = finding.remedy(format!("If those are meant, let it select `{meant}`. Proxies follow within seconds."), patch);
    }
    Some(finding.remedy("Or send requests to a subset that has pods.", format!("kubectl get virtualservices -n {namespace} -o yaml")))
}
