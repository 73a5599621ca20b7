//! Secrets and ConfigMaps that pods wait for and that do not exist: found by the list, else by the kubelet's word.

use std::collections::BTreeSet;

use tarbox_model::finding::Finding;
use tarbox_model::object::{Object, Pod};
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot, similarity};

use super::kubelet::{told, waits};
use super::maker::maker;
use super::reference::{Reference, Target, references};
use crate::commands;
use crate::wording::{capitalised, did_you_mean, listed};

/// A finding for every waiting pod and every object of the kind that it misses.
pub(super) fn findings(context: &Context<'_>, kind: Target) -> Vec<Finding> {
    let mut findings = Vec::new();
    let all = kind.all(context.snapshot);
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        if !pod.is_active() || pod.is_ready() {
            continue;
        }
        let mine: Vec<_> = references(&pod.spec).into_iter().filter(|r| r.target == kind && !r.optional && !r.name.is_empty()).collect();
        let names: BTreeSet<&str> = mine.iter().map(|r| r.name).collect();
        for name in names {
            let uses: Vec<_> = mine.iter().filter(|r| r.name == name).collect();
            findings.extend(missing(context, pod, kind, &all, &uses).map(|f| f.workload(workload.cloned())));
        }
    }
    findings
}

impl Target {
    /// Kind, the kubelet's word for it, and the resource.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Secret => ("Secret", "secret", "secrets"),
            Self::ConfigMap => ("ConfigMap", "configmap", "configmaps"),
        }
    }

    /// The object's name as evidence, if the list has it.
    fn find(self, snapshot: &Snapshot, namespace: &str, name: &str) -> Option<Evidence> {
        match self {
            Self::Secret => snapshot.secret(namespace, name).map(Object::named),
            Self::ConfigMap => snapshot.config_map(namespace, name).map(Object::named),
        }
    }

    /// Namespaces, names and keys of all objects of the kind that people make.
    fn all(self, snapshot: &Snapshot) -> Vec<Candidate<'_>> {
        let made = |kind: &str| !kind.starts_with("helm.sh/") && kind != "kubernetes.io/service-account-token";
        match self {
            Self::Secret => {
                let secrets = snapshot.secrets.iter().filter(|s| made(&s.r#type));
                secrets
                    .map(|s| Candidate {
                        namespace: &s.metadata.namespace,
                        name: &s.metadata.name,
                        keys: s.keys.keys().map(String::as_str).collect(),
                    })
                    .collect()
            }
            Self::ConfigMap => {
                let maps = snapshot.config_maps.iter();
                maps.map(|m| Candidate { namespace: &m.metadata.namespace, name: &m.metadata.name, keys: m.keys().collect() }).collect()
            }
        }
    }
}

/// An object that may have been meant.
struct Candidate<'a> {
    namespace: &'a str,
    name: &'a str,
    keys: BTreeSet<&'a str>,
}

fn missing(context: &Context<'_>, pod: &Object<Pod>, kind: Target, all: &[Candidate<'_>], uses: &[&Reference<'_>]) -> Option<Finding> {
    let (snapshot, first) = (context.snapshot, uses.first()?);
    let (namespace, name) = (pod.metadata.namespace.as_str(), first.name);
    let (label, word, resource) = kind.words();
    let said = told(context, pod, &[format!("{word} \"{name}\" not found"), format!("{resource} \"{name}\" not found")]);
    let listed_as_absent = snapshot.coverage.is_complete(resource) && waits(pod);
    if kind.find(snapshot, namespace, name).is_some() || !(listed_as_absent || said.is_some()) {
        return None;
    }
    let subject = pod.reference();
    let owner = context.relations.workload_of_pod(snapshot, pod).unwrap_or_else(|| subject.clone());
    let keys: BTreeSet<&str> = uses.iter().filter_map(|r| r.key).collect();
    let near = near(all, namespace, name, &keys);
    let elsewhere: Vec<&str> = all.iter().filter(|c| c.name == name).map(|c| c.namespace).collect();
    let place = pod.evidence(format!("/spec{}", first.pointer), name);
    let mut evidence = said.iter().map(|t| t.evidence.clone()).chain([place]);
    let finding = Finding::new(subject, format!("{label} `{name}` does not exist"), evidence.next()?)
        .cause(ObjectRef::new(label, namespace, name))
        .confidence(if said.is_some() { 0.98 } else { 0.9 })
        .evidence(evidence)
        .evidence(near.and_then(|n| kind.find(snapshot, namespace, n)))
        .evidence(made_by(context, kind, namespace, name).map(|(_, e)| e))
        .seen(pod.status.start_time.or(pod.metadata.creation_timestamp), said.as_ref().map_or(snapshot.taken_at, |t| t.last))
        .summary(format!(
            "{} refers to {label} `{namespace}/{name}`, which does not exist{}{}{} The container cannot be made until it is there.",
            capitalised(&first.used_by),
            if near.is_some() { did_you_mean(near) } else { ".".to_owned() },
            others(context, kind, namespace, name, &elsewhere),
            made_by(context, kind, namespace, name).map(|(words, _)| words).unwrap_or_default(),
        ));
    Some(remedies(finding, kind, &owner, (namespace, name), near, &keys, &elsewhere))
}

/// The nearest name of the namespace: among the objects that have the wanted keys, else among all.
fn near<'a>(all: &[Candidate<'a>], namespace: &str, name: &str, keys: &BTreeSet<&str>) -> Option<&'a str> {
    let here = || all.iter().filter(|c| c.namespace == namespace);
    let with_keys = here().filter(|c| !keys.is_empty() && keys.is_subset(&c.keys)).map(|c| c.name);
    similarity::nearest(name, with_keys).or_else(|| similarity::nearest(name, here().map(|c| c.name)))
}

/// Where an object of that name is: in another namespace, or of the other kind.
fn others(context: &Context<'_>, kind: Target, namespace: &str, name: &str, elsewhere: &[&str]) -> String {
    let other = if kind == Target::Secret { Target::ConfigMap } else { Target::Secret };
    if other.find(context.snapshot, namespace, name).is_some() {
        return format!(" A {} of that name is there.", other.words().0);
    }
    if elsewhere.is_empty() {
        String::new()
    } else {
        format!(" One of that name is in namespace {}; pods see only their own.", listed(elsewhere.iter().copied()))
    }
}

/// The custom object that should make a Secret; nothing makes ConfigMaps.
fn made_by(context: &Context<'_>, kind: Target, namespace: &str, name: &str) -> Option<(String, Evidence)> {
    maker(context, namespace, name).filter(|_| kind == Target::Secret)
}

fn remedies(
    mut finding: Finding,
    kind: Target,
    owner: &ObjectRef,
    (namespace, name): (&str, &str),
    near: Option<&str>,
    keys: &BTreeSet<&str>,
    elsewhere: &[&str],
) -> Finding {
    let (label, word, _) = kind.words();
    if let Some(near) = near {
        finding = finding.remedy(
            format!("Refer to {label} `{near}` instead: change `{name}` in the workload. This starts new pods."),
            commands::edit(owner),
        );
    }
    if let Some(from) = elsewhere.first() {
        finding = finding.remedy(
            format!("Copy it from namespace `{from}`. Waiting pods start by themselves."),
            format!("kubectl get {word} {name} -n {from} -o json | jq '{{apiVersion, kind, type, data, metadata: {{name: .metadata.name}}}}' | kubectl apply -n {namespace} -f -"),
        );
    }
    let literals: String = if keys.is_empty() {
        format!(" --from-env-file={name}.env")
    } else {
        keys.iter().map(|k| format!(" --from-literal={k}=VALUE")).collect()
    };
    let generic = if kind == Target::Secret { "secret generic" } else { "configmap" };
    finding.remedy(
        format!("Or make the {label}. Waiting pods start by themselves."),
        format!("kubectl create {generic} {name} -n {namespace}{literals}"),
    )
}
