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
use tarbox_model::relations::{Workload, workloads};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

use super::unknown_annotation::{is_nginx, unknown};
use crate::commands;

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
