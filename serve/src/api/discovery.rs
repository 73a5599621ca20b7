//! What the server offers: the kinds of the bundle, and the reviews that clients like to ask first.
use crate::{
    answer::{Answer, whole},
    kinds::{Resource, group_version},
    recording::Recording,
    request::{Form, Request},
};
use serde_json::{Value, json};

/// What can be done with the objects of a bundle.
const VERBS: [&str; 3] = ["get", "list", "watch"];
/// Groups of which the bundle has no objects, and what can be asked of them.
const REVIEWS: [Reviews; 2] = [
    Reviews { group: "authentication.k8s.io", version: "v1", kinds: &[("selfsubjectreviews", "SelfSubjectReview")] },
    Reviews {
        group: "authorization.k8s.io",
        version: "v1",
        kinds: &[("selfsubjectaccessreviews", "SelfSubjectAccessReview"), ("selfsubjectrulesreviews", "SelfSubjectRulesReview")],
    },
];

struct Reviews {
    group: &'static str,
    version: &'static str,
    /// Resource and kind.
    kinds: &'static [(&'static str, &'static str)],
}

/// A group with its versions, the preferred one first.
struct Group<'r> {
    name: &'r str,
    versions: Vec<&'r str>,
}

/// Groups in order, the core group among them.
fn all(recording: &Recording) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let offered = recording.shelves().iter().map(|shelf| (shelf.resource.group.as_str(), shelf.resource.version.as_str()));
    for (name, version) in offered.chain(REVIEWS.iter().map(|reviews| (reviews.group, reviews.version))) {
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) if group.versions.contains(&version) => {}
            Some(group) => group.versions.push(version),
            None => groups.push(Group { name, versions: vec![version] }),
        }
    }
    groups
}

/// `/`: where things are.
pub(super) fn paths(recording: &Recording) -> Answer {
    let mut paths: Vec<String> = ["/api", "/apis", "/version", "/livez", "/readyz"].map(str::to_owned).into();
    for group in all(recording) {
        let root = if group.name.is_empty() { "/api".to_owned() } else { format!("/apis/{}", group.name) };
        paths.extend(group.versions.iter().map(|version| format!("{root}/{version}")));
    }
    paths.sort();
    Answer::json(&json!({"paths": paths}))
}

/// `/api`.
pub(super) fn core(recording: &Recording, request: &Request) -> Answer {
    if let Form::Aggregated(version) = request.form {
        return aggregated(recording, version, |group| group.is_empty());
    }
    let groups = all(recording);
    let versions = groups.iter().find(|group| group.name.is_empty()).map(|group| group.versions.clone()).unwrap_or_default();
    Answer::json(&json!({"kind": "APIVersions", "versions": versions, "serverAddressByClientCIDRs": []}))
}

/// `/apis`.
pub(super) fn groups(recording: &Recording, request: &Request) -> Answer {
    if let Form::Aggregated(version) = request.form {
        return aggregated(recording, version, |group| !group.is_empty());
    }
    let groups: Vec<Value> = all(recording).iter().filter(|group| !group.name.is_empty()).map(legacy).collect();
    Answer::json(&json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
}

/// `/apis/<group>`.
pub(super) fn group(recording: &Recording, name: &str) -> Answer {
    let groups = all(recording);
    let Some(group) = groups.iter().find(|group| group.name == name && !name.is_empty()) else { return Answer::no_such_path() };
    let mut document = legacy(group);
    document["kind"] = "APIGroup".into();
    document["apiVersion"] = "v1".into();
    Answer::json(&document)
}

fn legacy(group: &Group<'_>) -> Value {
    let version = |version: &&str| json!({"groupVersion": group_version(group.name, version), "version": version});
    let versions: Vec<Value> = group.versions.iter().map(version).collect();
    json!({"name": group.name, "preferredVersion": versions.first(), "versions": versions})
}

/// `/api/v1`, `/apis/<group>/<version>`.
pub(super) fn resources(recording: &Recording, group: &str, version: &str) -> Answer {
    let of_bundle =
        recording.shelves().iter().map(|shelf| &shelf.resource).filter(|resource| resource.group == group && resource.version == version);
    let mut resources: Vec<Value> = Vec::new();
    for resource in of_bundle {
        let mut entry = json!({
            "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced, "kind": resource.kind, "verbs": VERBS,
        });
        for (name, list) in [("shortNames", &resource.short), ("categories", &resource.categories)] {
            if !list.is_empty() {
                entry[name] = json!(list);
            }
        }
        resources.push(entry);
        for (name, kind) in subresources(resource) {
            let name = format!("{}/{name}", resource.plural);
            resources.push(json!({"name": name, "singularName": "", "namespaced": resource.namespaced, "kind": kind, "verbs": ["get"]}));
        }
    }
    for reviews in REVIEWS.iter().filter(|reviews| reviews.group == group && reviews.version == version) {
        let review = |(name, kind): &(&str, &str)| json!({"name": name, "singularName": kind.to_lowercase(), "namespaced": false, "kind": kind, "verbs": ["create"]});
        resources.extend(reviews.kinds.iter().map(review));
    }
    if resources.is_empty() {
        return Answer::no_such_path();
    }
    let group_version = group_version(group, version);
    Answer::json(&json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}))
}

/// What can be asked of single objects of a kind.
fn subresources(resource: &Resource) -> Vec<(&'static str, String)> {
    match (resource.group.as_str(), resource.plural.as_str()) {
        ("", "pods") => vec![("log", "Pod".to_owned()), ("status", "Pod".to_owned())],
        ("", "nodes") => vec![("proxy", "NodeProxyOptions".to_owned()), ("status", "Node".to_owned())],
        ("", "services") => vec![("proxy", "ServiceProxyOptions".to_owned()), ("status", "Service".to_owned())],
        _ => Vec::new(),
    }
}

/// All groups in one document.
fn aggregated(recording: &Recording, version: &'static str, wanted: impl Fn(&str) -> bool) -> Answer {
    let items: Vec<Value> = all(recording)
        .iter()
        .filter(|group| wanted(group.name))
        .map(|group| {
            let versions: Vec<Value> = group.versions.iter().map(|version| of_version(recording, group.name, version)).collect();
            let metadata = if group.name.is_empty() { json!({}) } else { json!({"name": group.name}) };
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let document =
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{version}"), "metadata": {}, "items": items});
    let content_type = match version {
        "v2" => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    };
    Answer::new(200, content_type, whole(document.to_string()))
}

fn of_version(recording: &Recording, group: &str, version: &str) -> Value {
    let kind = |kind: &str| json!({"group": group, "version": version, "kind": kind});
    let of_bundle =
        recording.shelves().iter().map(|shelf| &shelf.resource).filter(|resource| resource.group == group && resource.version == version);
    let mut resources: Vec<Value> = of_bundle
        .map(|resource| {
            let mut entry = json!({
                "resource": resource.plural, "responseKind": kind(&resource.kind), "singularResource": resource.singular,
                "scope": if resource.namespaced { "Namespaced" } else { "Cluster" }, "verbs": VERBS,
            });
            for (name, list) in [("shortNames", &resource.short), ("categories", &resource.categories)] {
                if !list.is_empty() {
                    entry[name] = json!(list);
                }
            }
            let subresources = subresources(resource);
            if !subresources.is_empty() {
                let one = |(name, of): &(&str, String)| json!({"subresource": name, "responseKind": kind(of), "verbs": ["get"]});
                entry["subresources"] = subresources.iter().map(one).collect();
            }
            entry
        })
        .collect();
    for reviews in REVIEWS.iter().filter(|reviews| reviews.group == group && reviews.version == version) {
        let review = |(name, of): &(&str, &str)| json!({"resource": name, "responseKind": kind(of), "singularResource": of.to_lowercase(), "scope": "Cluster", "verbs": ["create"]});
        resources.extend(reviews.kinds.iter().map(review));
    }
    json!({"version": version, "freshness": "Current", "resources": resources})
}
