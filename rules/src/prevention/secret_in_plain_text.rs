//! # secret-in-plain-text
//!
//! A credential stands in plain text in a template or a ConfigMap.
//!
//! ## What it detects
//! Environment variables with a value in place, and keys of ConfigMaps, that are credentials: by their names, by a URI with
//! a password in it, or because the collector's redaction found a secret there. The value itself is never shown.
//!
//! ## Why it happens
//! It works, and a Secret is one object more. Everybody who may read Deployments or ConfigMaps can then read the credential,
//! and it stands in every revision and every backup.
//!
//! ## How to confirm
//! `kubectl set env deployment/NAME --list`, `kubectl get configmap NAME -o yaml`.
//!
//! ## How to fix
//! Put the value into a Secret, refer to it by *secretKeyRef*, and change the credential: the old one has been read.
//!
//! ## When it stays silent
//! For references (`$(NAME)`, `{{ … }}`), files that hold a secret, switches and numbers, and in the system's own namespaces.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, Snapshot};

use super::credential::credential;
use super::templates::{Template, templates};
use crate::commands;
use crate::wording::listed;

/// The rule.
pub static RULE: Rule = Rule {
    id: "secret-in-plain-text",
    title: "A credential stands in plain text",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "pods", "configmaps"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = templates(context).iter().filter_map(in_environment).collect();
    findings.extend(in_config_maps(context.snapshot));
    findings
}

/// Values in place in a template.
fn in_environment(template: &Template<'_>) -> Option<Finding> {
    let mut found = Vec::new();
    for (pointer, container) in template.containers() {
        for (i, variable) in container.env.iter().enumerate() {
            let why = variable.value.as_deref().and_then(|value| credential(&variable.name, value));
            found.extend(why.map(|why| (format!("{pointer}/env/{i}/name"), container, variable.name.as_str(), why)));
        }
    }
    let (_, container, name, why) = found.first()?;
    let owner = &template.owner;
    let key = name.to_ascii_lowercase().replace('_', "-");
    let secret = format!("{}-credentials", owner.name);
    let source = format!(
        "{{\"containers\":[{{\"name\":\"{}\",\"env\":[{{\"name\":\"{name}\",\"value\":null,\"valueFrom\":{{\"secretKeyRef\":{{\"name\":\"{secret}\",\"key\":\"{key}\"}}}}}}]}}]}}",
        container.name
    );
    let mut evidence = found.iter().map(|(pointer, _, name, _)| template.evidence(pointer, name));
    let first = evidence.next()?;
    Some(
        Finding::new(
            owner.clone(),
            format!("`{}` has a credential in plain text: {}", owner.name, listed(found.iter().map(|(_, _, n, _)| *n))),
            first,
        )
        .summary(format!(
            "Environment variable `{name}` of container `{}` holds {why}. Whoever may read {}s of namespace `{}` can read it.",
            container.name, owner.kind, owner.namespace
        ))
        .evidence(evidence.take(3))
        .workload(Some(owner.clone()))
        .confidence(0.8)
        .remedy(
            "Put a new value into a Secret (the old one has been read).",
            format!("kubectl create secret generic {secret} -n {} --from-literal={key}=NEW_VALUE", owner.namespace),
        )
        .remedy("Then refer to it. This replaces its pods.", commands::merge_template(owner, &source)),
    )
}

/// Keys of ConfigMaps.
fn in_config_maps(snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = Vec::new();
    for map in snapshot.config_maps.iter().filter(|m| !Snapshot::is_system_namespace(&m.metadata.namespace)) {
        // A certificate of an authority and Helm's own records are no settings of anybody's.
        let found: Vec<(&str, &str)> = map
            .data
            .iter()
            .filter(|(_, v)| !v.contains("-----BEGIN CERTIFICATE-----"))
            .filter_map(|(k, v)| Some((k.as_str(), credential(k, v)?)))
            .collect();
        let Some((key, why)) = found.first() else { continue };
        let reference = map.reference();
        findings.push(
            Finding::new(
                reference.clone(),
                format!("ConfigMap `{}` holds a credential in plain text: {}", reference.name, listed(found.iter().map(|(k, _)| *k))),
                // The key, never the value.
                map.evidence("/data", *key),
            )
            .summary(format!("Key `{key}` holds {why}. A ConfigMap is for what everybody may read."))
            .confidence(if why.starts_with("something") { 0.6 } else { 0.75 })
            .remedy(
                "Move it into a Secret with a new value (the old one has been read), and refer to that.",
                format!("kubectl create secret generic {} -n {} --from-literal={key}=NEW_VALUE", reference.name, reference.namespace),
            ),
        );
    }
    findings
}
