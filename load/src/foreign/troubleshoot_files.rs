//! Files of a Troubleshoot bundle that are no objects: Helm's releases, certificates, and what the collector was allowed to list.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tarbox_model::evidence::Origin;
use tarbox_model::facts::{Certificate, HelmRelease, HelmRevision};
use tarbox_model::snapshot::Snapshot;

use super::times;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Release {
    release_name: String,
    chart: String,
    chart_version: String,
    app_version: String,
    namespace: String,
    release_history: Vec<Revision>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Revision {
    /// A number, as a string in the versions so far.
    revision: Value,
    date: String,
    status: String,
}

/// Reads `helm/NAMESPACE.json` or `helm/NAMESPACE/RELEASE.json`.
pub(crate) fn releases(path: &Arc<str>, json: &[u8], into: &mut Snapshot) -> Result<(), serde_json::Error> {
    for (i, release) in serde_json::from_slice::<Vec<Release>>(json)?.into_iter().enumerate() {
        let origin = Origin::new(path, 0, &format!("/{i}"));
        let newest = release.release_history.len().saturating_sub(1);
        let mut history: Vec<HelmRevision> = release
            .release_history
            .into_iter()
            .enumerate()
            .map(|(j, revision)| HelmRevision {
                revision: revision.revision.as_i64().or_else(|| revision.revision.as_str()?.parse().ok()).unwrap_or(0),
                status: revision.status,
                chart: release.chart.clone(),
                // Only of the newest revision is the chart's version told.
                chart_version: if j == newest { release.chart_version.clone() } else { String::new() },
                app_version: if j == newest { release.app_version.clone() } else { String::new() },
                updated: times::read(&revision.date),
                description: String::new(),
                origin: origin.clone(),
                pointer: format!("/releaseHistory/{j}/status"),
            })
            .collect();
        history.sort_by_key(|r| r.revision);
        into.helm_releases.push(HelmRelease {
            origin,
            namespace: release.namespace,
            name: release.release_name,
            history,
            notes: String::new(),
        });
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Collection {
    source: Source,
    certificate_chain: Vec<Link>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Source {
    secret: String,
    config_map: String,
    namespace: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Link {
    /// The key that holds it.
    certificate: String,
    subject: String,
    subject_alternative_names: Vec<String>,
    issuer: String,
    not_after: String,
    not_before: String,
    #[serde(rename = "isCA")]
    is_ca: bool,
}

/// Reads `certificates/certificates.json`.
pub(crate) fn certificates(path: &Arc<str>, json: &[u8], into: &mut Snapshot) -> Result<(), serde_json::Error> {
    for (i, collection) in serde_json::from_slice::<Vec<Collection>>(json)?.into_iter().enumerate() {
        let source = collection.source;
        let (kind, name) = if source.secret.is_empty() { ("ConfigMap", source.config_map) } else { ("Secret", source.secret) };
        let mut places: BTreeMap<String, u32> = BTreeMap::new();
        for (j, link) in collection.certificate_chain.into_iter().enumerate() {
            let place = places.entry(link.certificate.clone()).or_default();
            into.certificates.push(Certificate {
                origin: Origin::new(path, 0, &format!("/{i}/certificateChain/{j}")),
                kind: kind.to_owned(),
                namespace: source.namespace.clone(),
                name: name.clone(),
                field: link.certificate,
                index: *place,
                subject: link.subject,
                sans: link.subject_alternative_names,
                issuer: link.issuer,
                not_before: times::read(&link.not_before),
                not_after: times::read(&link.not_after),
                is_ca: link.is_ca,
                key_matches: None,
                error: String::new(),
            });
            *place += 1;
        }
    }
    Ok(())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Right {
    verbs: Vec<String>,
    resources: Vec<String>,
    resource_names: Vec<String>,
}

/// Of these resources, those that `auth-cani-list/NAMESPACE.json` does not let the collector list.
pub(crate) fn forbidden<'a>(json: &[u8], resources: &[&'a str]) -> Result<Vec<&'a str>, serde_json::Error> {
    let rights: Vec<Right> = serde_json::from_slice::<Option<Vec<Right>>>(json)?.unwrap_or_default();
    let has = |list: &[String], word: &str| list.iter().any(|w| w == word || w == "*");
    // Where another authority than RBAC decides, the review names next to nothing: it says nothing of what was allowed.
    if !rights.iter().any(|r| has(&r.verbs, "list") && !r.resources.is_empty()) {
        return Ok(Vec::new());
    }
    let may = |resource: &str| rights.iter().any(|r| has(&r.verbs, "list") && has(&r.resources, resource) && r.resource_names.is_empty());
    Ok(resources.iter().copied().filter(|resource| !may(resource)).collect())
}
