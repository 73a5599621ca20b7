//! # ineffective-setting
//!
//! A setting does nothing.
//!
//! ## What it detects
//! Annotations of pods that Kubernetes no longer looks at (`scheduler.alpha.kubernetes.io/critical-pod`, seccomp, affinity and
//! tolerations as annotations), annotations of Ingresses that ingress-nginx does not know (`health-check-path`), with the
//! nearest that it does know, and `PYTHONHASHSEED` where it is taken for a log of the garbage collector.
//!
//! ## Why it happens
//! Old recipes, slips of the pen, annotations of another controller. Unknown annotations are accepted without a word.
//!
//! ## How to confirm
//! The list of annotations in the controller's documentation; the release notes of Kubernetes.
//!
//! ## How to fix
//! Remove it, and use what has taken its place.
//!
//! ## When it stays silent
//! For annotations of other prefixes, and for Ingresses of another class.

use std::collections::BTreeSet;

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object};
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Snapshot, similarity};

use super::nginx_annotations::{KNOWN, PREFIX};
use crate::commands;
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "ineffective-setting",
    title: "A setting does nothing",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Ingress Issues",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "ingresses"])],
    produces: &[],
    explained_by: &[],
    check,
};

/// Annotations of pods that are no longer looked at: how they begin, and what has taken their place.
const FORGOTTEN: [(&str, &str); 8] = [
    ("scheduler.alpha.kubernetes.io/critical-pod", "Set `priorityClassName` instead (the annotation went with Kubernetes 1.16)."),
    ("scheduler.alpha.kubernetes.io/affinity", "Use `spec.affinity`."),
    ("scheduler.alpha.kubernetes.io/tolerations", "Use `spec.tolerations`."),
    ("scheduler.alpha.kubernetes.io/name", "Use `spec.schedulerName`."),
    ("pod.alpha.kubernetes.io/init-containers", "Use `spec.initContainers`."),
    ("pod.beta.kubernetes.io/init-containers", "Use `spec.initContainers`."),
    ("seccomp.security.alpha.kubernetes.io/pod", "Use `securityContext.seccompProfile` (the annotation went with Kubernetes 1.27)."),
    ("container.seccomp.security.alpha.kubernetes.io/", "Use `securityContext.seccompProfile` (the annotation went with Kubernetes 1.27)."),
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let own = workloads(context.snapshot);
    let own = own.iter().filter(|w| !Snapshot::is_system_namespace(&w.reference.namespace));
    let mut findings: Vec<Finding> = own.flat_map(|w| forgotten(w).into_iter().chain(hash_seed(w))).collect();
    findings.extend(context.snapshot.ingresses.iter().filter(|i| is_nginx(context, i)).flat_map(unknown));
    findings
}

fn forgotten(workload: &Workload<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (base, annotations) in
        [("/spec/template/metadata", &workload.template.metadata.annotations), ("/metadata", &workload.metadata.annotations)]
    {
        for (key, value) in annotations {
            let Some((_, instead)) = FORGOTTEN.iter().find(|(stem, _)| key == stem || stem.ends_with('/') && key.starts_with(stem)) else {
                continue;
            };
            if seen.insert(key.as_str()) {
                let evidence = workload.origin.at(format!("{base}/annotations/{}", pointer_key(key)), value.as_str());
                findings.push(
                    Finding::new(
                        workload.reference.clone(),
                        format!("Annotation `{key}` of `{}` does nothing", workload.reference.name),
                        evidence,
                    )
                    .workload(Some(workload.reference.clone()))
                    .summary(format!("Kubernetes no longer looks at `{key}`. {instead}"))
                    .confidence(0.97)
                    .remedy(format!("Remove the annotation. {instead} This starts new pods."), commands::edit(&workload.reference)),
                );
            }
        }
    }
    findings
}

/// `PYTHONHASHSEED` with a number makes the order of hashes predictable; it logs nothing and frees nothing.
fn hash_seed(workload: &Workload<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (c, container) in workload.template.spec.containers.iter().enumerate() {
        let Some((e, value)) =
            container.env.iter().enumerate().find_map(|(e, env)| Some((e, env.value.as_deref().filter(|_| env.name == "PYTHONHASHSEED")?)))
        else {
            continue;
        };
        let evidence = workload.origin.at(format!("/spec/template/spec/containers/{c}/env/{e}/name"), "PYTHONHASHSEED");
        findings.push(
            Finding::new(workload.reference.clone(), format!("`PYTHONHASHSEED={value}` of `{}` does nothing for its memory", workload.reference.name), evidence)
                .workload(Some(workload.reference.clone()))
                .summary("`PYTHONHASHSEED` only makes the order of hashes the same in every run. It logs no garbage collection, and it makes hashes of what clients send predictable. `gc.set_debug(gc.DEBUG_STATS)` or `tracemalloc` show what memory is held by.")
                .confidence(0.7)
                .remedy("Unless the same order is wanted, remove it. This starts new pods.", commands::set(&workload.reference, "env", &format!("-c {} PYTHONHASHSEED-", container.name))),
        );
    }
    findings
}

/// Whether ingress-nginx serves an Ingress, by its class's controller, or by the name where the class is not known.
fn is_nginx(context: &Context<'_>, ingress: &Object<Ingress>) -> bool {
    let annotation = ingress.metadata.annotations.get("kubernetes.io/ingress.class").map(String::as_str);
    let name = Some(ingress.spec.ingress_class_name.as_str()).filter(|n| !n.is_empty()).or(annotation).unwrap_or_default();
    match Snapshot::find(&context.snapshot.ingress_classes, "", name) {
        Some(class) => class.spec.controller.starts_with("k8s.io/ingress-nginx"),
        None => name == "nginx" || name.is_empty(),
    }
}

fn unknown(ingress: &Object<Ingress>) -> Vec<Finding> {
    let (reference, annotations) = (ingress.reference(), &ingress.metadata.annotations);
    let strangers = annotations
        .iter()
        .filter_map(|(key, value)| Some((key, key.strip_prefix(PREFIX)?, value)))
        .filter(|(_, name, _)| !KNOWN.contains(name));
    strangers
        .map(|(key, name, value)| {
            let nearest = similarity::nearest(name, KNOWN.iter().copied()).filter(|n| similarity::distance(name, n, 3).is_some());
            let remedy = if let Some(nearest) = nearest {
                format!("Write `{PREFIX}{nearest}` instead, or remove it.")
            } else {
                "Remove it.".to_owned()
            };
            Finding::new(
                reference.clone(),
                format!("Annotation `{key}` of Ingress `{}` does nothing", reference.name),
                ingress.evidence(format!("/metadata/annotations/{}", pointer_key(key)), value.as_str()),
            )
            .summary(format!(
                "ingress-nginx knows no annotation `{name}`{}{}",
                if nearest.is_some() { did_you_mean(nearest) + "." } else { ".".to_owned() },
                advice(name)
            ))
            .confidence(0.9)
            .remedy(remedy, format!("kubectl annotate ingress {} -n {} {key}-", reference.name, reference.namespace))
        })
        .collect()
}

/// What does what an unknown annotation promises.
fn advice(name: &str) -> &'static str {
    if name.contains("health") {
        " It makes no health checks of its own: readiness probes of the pods decide who gets requests."
    } else {
        ""
    }
}
