//! What the server offers: every listable resource, once, in its preferred version.
//!
//! Tolerant by construction: an API whose server is dead (metrics.k8s.io is the usual one) is a gap with a reason and never the end.
use crate::gateway::{Ask, Failure, Gateway, Kind};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A resource that can be listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Resource {
    /// API group; empty for the core group.
    pub(crate) group: String,
    /// API version.
    pub(crate) version: String,
    /// Plural name, as in paths.
    pub(crate) name: String,
    /// Kind of one object.
    pub(crate) kind: String,
    /// Whether its objects live in namespaces.
    pub(crate) namespaced: bool,
}

impl Resource {
    /// `apiVersion` of its objects.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The path under which it is listed, for one namespace or for all.
    pub(crate) fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api/" } else { "/apis/" };
        let within = namespace.filter(|_| self.namespaced).map(|name| format!("namespaces/{name}/")).unwrap_or_default();
        format!("{root}{}/{within}{}", self.api_version(), self.name)
    }

    /// `apps/v1/deployments`, `core/v1/pods`: how outcomes name it.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}/{}", if self.group.is_empty() { "core" } else { &self.group }, self.version, self.name)
    }
}

/// What discovery brought.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// Every listable resource, sorted.
    pub(crate) resources: Vec<Resource>,
    /// Group-versions that could not be discovered, with the reason.
    pub(crate) gaps: Vec<(String, Failure)>,
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
/// A discovery document beyond this is no discovery document.
const LARGEST: usize = 32 << 20;

/// Asks the server what it offers.
pub(crate) async fn discover(gateway: &Gateway) -> Discovered {
    let mut found = Discovered::default();
    let mut offers = Vec::new();
    for root in ["/api", "/apis"] {
        let ask = Ask { kind: Kind::Discovery, path: root.to_owned(), accept: AGGREGATED };
        match gateway.get_all(&ask, LARGEST).await {
            Err(failure) => found.gaps.push((root.to_owned(), failure)),
            Ok(body) => match serde_json::from_slice::<Root>(&body) {
                Err(error) => found.gaps.push((root.to_owned(), Failure::Broken(error.to_string()))),
                Ok(parsed) if parsed.kind == "APIGroupDiscoveryList" => aggregated(parsed, &mut offers, &mut found.gaps),
                Ok(parsed) => one_by_one(gateway, parsed, &mut offers, &mut found.gaps).await,
            },
        }
    }
    found.resources = choose(offers);
    found
}

/// A group-version's resources, in the group's order of preference.
struct Offer {
    group: String,
    version: String,
    resources: Vec<Resource>,
}

fn aggregated(root: Root, offers: &mut Vec<Offer>, gaps: &mut Vec<(String, Failure)>) {
    for group in root.items {
        for version in group.versions {
            let name = group_version(&group.metadata.name, &version.version);
            if version.freshness == "Stale" {
                gaps.push((name, Failure::Broken("the API server marks this API as stale: the server behind it does not answer".into())));
            }
            let resources = version.resources.into_iter().filter(|resource| lists(&resource.verbs)).map(|resource| Resource {
                group: group.metadata.name.clone(),
                version: version.version.clone(),
                name: resource.resource,
                kind: resource.response_kind.kind,
                namespaced: resource.scope == "Namespaced",
            });
            offers.push(Offer { group: group.metadata.name.clone(), version: version.version.clone(), resources: resources.collect() });
        }
    }
}

/// The way of servers before 1.26: one request a group-version, each of which may fail by itself.
async fn one_by_one(gateway: &Gateway, root: Root, offers: &mut Vec<Offer>, gaps: &mut Vec<(String, Failure)>) {
    let core = root.versions.into_iter().map(|version| (String::new(), version));
    let named = root.groups.into_iter().flat_map(|group| {
        let preferred = group.preferred_version.version;
        let mut versions: Vec<String> = group.versions.into_iter().map(|version| version.version).collect();
        versions.sort_by_key(|version| *version != preferred);
        versions.into_iter().map(move |version| (group.name.clone(), version))
    });
    for (group, version) in core.chain(named).collect::<Vec<_>>() {
        let name = group_version(&group, &version);
        let path = if group.is_empty() { format!("/api/{name}") } else { format!("/apis/{name}") };
        let body = gateway.get_all(&Ask::json(Kind::Discovery, path), LARGEST).await;
        let list = body.and_then(|body| serde_json::from_slice::<ResourceList>(&body).map_err(|error| Failure::Broken(error.to_string())));
        match list {
            Err(failure) => gaps.push((name, failure)),
            Ok(list) => {
                let resources = list.resources.into_iter().filter(|resource| lists(&resource.verbs)).map(|resource| Resource {
                    group: group.clone(),
                    version: version.clone(),
                    name: resource.name,
                    kind: resource.kind,
                    namespaced: resource.namespaced,
                });
                offers.push(Offer { resources: resources.collect(), group, version });
            }
        }
    }
}

/// Each resource once: the first version of its group that has it, and never a second view of the same objects.
fn choose(offers: Vec<Offer>) -> Vec<Resource> {
    let names: BTreeSet<(String, String)> =
        offers.iter().flat_map(|offer| offer.resources.iter().map(|resource| (offer.group.clone(), resource.name.clone()))).collect();
    let mut taken = BTreeSet::new();
    let mut chosen: Vec<Resource> = Vec::new();
    for resource in offers.into_iter().flat_map(|offer| {
        debug_assert!(offer.resources.iter().all(|resource| resource.version == offer.version));
        offer.resources
    }) {
        let second_view = resource.name.contains('/')
            || SECOND_VIEWS.iter().any(|(group, name, first)| {
                resource.group == *group
                    && (name.is_empty() || resource.name == *name)
                    && first.iter().any(|first| names.contains(&((*first).to_owned(), resource.name.clone())))
            });
        if !second_view && taken.insert((resource.group.clone(), resource.name.clone())) {
            chosen.push(resource);
        }
    }
    chosen.sort();
    chosen
}

/// Groups that show objects of another group again: group, resource (empty: any), the groups in which the first view lives.
const SECOND_VIEWS: &[(&str, &str, &[&str])] = &[
    ("events.k8s.io", "events", &[""]),
    ("extensions", "", &["apps", "networking.k8s.io", "policy"]),
    ("authorization.openshift.io", "", &["rbac.authorization.k8s.io"]),
];

fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn lists(verbs: &[String]) -> bool {
    verbs.iter().any(|verb| verb == "list")
}

// Every field has a default: a document that lacks one still says the rest.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Root {
    kind: String,
    versions: Vec<String>,
    groups: Vec<LegacyGroup>,
    items: Vec<Group>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LegacyGroup {
    name: String,
    versions: Vec<LegacyVersion>,
    preferred_version: LegacyVersion,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LegacyVersion {
    version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResourceList {
    resources: Vec<LegacyResource>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LegacyResource {
    name: String,
    kind: String,
    namespaced: bool,
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    metadata: Named,
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Version {
    version: String,
    freshness: String,
    resources: Vec<AggregatedResource>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: ResponseKind,
    scope: String,
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResponseKind {
    kind: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(group: &str, version: &str, names: &[&str]) -> Offer {
        let resource = |name: &&str| Resource {
            group: group.into(),
            version: version.into(),
            name: (*name).into(),
            kind: "K".into(),
            namespaced: true,
        };
        Offer { group: group.into(), version: version.into(), resources: names.iter().map(resource).collect() }
    }

    #[test]
    fn every_resource_once_in_the_preferred_version_and_no_second_views() {
        let chosen = choose(vec![
            offer("", "v1", &["events", "pods", "pods/log"]),
            offer("apps", "v1", &["deployments"]),
            offer("apps", "v1beta1", &["deployments", "controllerrevisions"]),
            offer("extensions", "v1beta1", &["deployments", "oddities"]),
            offer("events.k8s.io", "v1", &["events"]),
        ]);
        let paths: Vec<String> = chosen.iter().map(|resource| resource.path(Some("ns"))).collect();
        let expected = [
            "/api/v1/namespaces/ns/events",
            "/api/v1/namespaces/ns/pods",
            "/apis/apps/v1/namespaces/ns/deployments",
            "/apis/apps/v1beta1/namespaces/ns/controllerrevisions",
            "/apis/extensions/v1beta1/namespaces/ns/oddities",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn a_stale_group_is_a_gap_and_the_rest_is_there() {
        let text = r#"{"kind":"APIGroupDiscoveryList","items":[
            {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]},
            {"metadata":{"name":"apps"},"versions":[{"version":"v1","freshness":"Current","resources":[
              {"resource":"deployments","responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["list","get"]},
              {"resource":"oddities","scope":"Cluster","verbs":["create"]}]}]}]}"#;
        let (mut offers, mut gaps) = (Vec::new(), Vec::new());
        aggregated(serde_json::from_str(text).unwrap(), &mut offers, &mut gaps);
        assert_eq!(gaps.iter().map(|gap| gap.0.as_str()).collect::<Vec<_>>(), ["metrics.k8s.io/v1beta1"]);
        assert_eq!(choose(offers).iter().map(Resource::id).collect::<Vec<_>>(), ["apps/v1/deployments"]);
    }
}
