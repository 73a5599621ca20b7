//! Which TLS pods take (PeerAuthentication) and which TLS clients send (DestinationRule).

use std::collections::BTreeMap;

use tarbox_model::object::{Custom, Object, Pod, PortName, Service};
use tarbox_model::selector::{self, Labels};
use tarbox_model::{Context, ObjectRef, Snapshot};

use super::control_plane::root_namespace;
use super::parts::{NETWORKING, SECURITY, covers, elements, full_name, labels, texts};

/// A setting and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Setting<'a> {
    /// The object that has it.
    pub(super) object: &'a Custom,
    /// JSON pointer of the mode.
    pub(super) pointer: String,
    /// `STRICT`, `PERMISSIVE`, `DISABLE`; `ISTIO_MUTUAL`, `SIMPLE`, `MUTUAL`.
    pub(super) mode: &'a str,
}

/// Every PeerAuthentication, by namespace, with the labels that it selects.
#[derive(Debug, Clone)]
pub(super) struct Policies<'a> {
    by_namespace: BTreeMap<&'a str, Vec<(Labels, &'a Custom)>>,
    root: String,
}

impl<'a> Policies<'a> {
    /// All of a bundle.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let mut by_namespace: BTreeMap<&str, Vec<(Labels, &Custom)>> = BTreeMap::new();
        for policy in context.snapshot.custom_of(SECURITY, "PeerAuthentication") {
            let selected = labels(policy.get("/spec/selector/matchLabels"));
            by_namespace.entry(&policy.metadata.namespace).or_default().push((selected, policy));
        }
        Self { by_namespace, root: root_namespace(context) }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_namespace.is_empty()
    }

    /// A policy by which pods take nothing but mutual TLS, the first by namespace and name.
    pub(super) fn strict(&self) -> Option<Setting<'a>> {
        let all = self.by_namespace.values().flatten();
        all.filter_map(|(_, policy)| mode(policy, 0)).find(|setting| setting.mode == "STRICT")
    }

    /// What a pod behind a Service takes at the Service's ports, or at one of them, where a policy says so.
    pub(super) fn taken_behind(
        &self,
        service: &Object<Service>,
        pod: &Object<Pod>,
        only: Option<i32>,
    ) -> impl Iterator<Item = Setting<'a>> {
        let ports = service.spec.ports.iter().filter(move |p| only.is_none_or(|only| only == p.port));
        let ports = ports.filter_map(|p| match Service::target(p) {
            PortName::Number(number) => Some(number),
            PortName::Name(name) => pod.spec.containers.iter().flat_map(|c| &c.ports).find(|c| c.name == name).map(|c| c.container_port),
        });
        ports.filter_map(|port| self.taken(&service.metadata.namespace, &pod.metadata.labels, port))
    }

    /// What pods of a namespace with these labels take at a port: by the policy for them, for the namespace, for the mesh.
    pub(super) fn taken(&self, namespace: &str, pod: &Labels, port: i32) -> Option<Setting<'a>> {
        let of = |namespace: &str| self.by_namespace.get(namespace).into_iter().flatten();
        let own = of(namespace).filter(|(selected, _)| !selected.is_empty() && selector::subset(selected, pod));
        let wide = of(namespace).chain(of(&self.root)).filter(|(selected, _)| selected.is_empty());
        own.chain(wide).find_map(|(_, policy)| mode(policy, port))
    }
}

fn mode(policy: &Custom, port: i32) -> Option<Setting<'_>> {
    [format!("/spec/portLevelMtls/{port}/mode"), "/spec/mtls/mode".to_owned()].into_iter().find_map(|pointer| {
        let mode = policy.text(&pointer).filter(|m| *m != "UNSET")?;
        Some(Setting { object: policy, pointer, mode })
    })
}

/// All DestinationRules, by the Service that their host is.
#[derive(Debug, Clone, Default)]
pub(super) struct DestinationRules<'a> {
    /// By the Service's namespace and name.
    named: BTreeMap<(&'a str, &'a str), Vec<&'a Custom>>,
    /// Those whose host is a pattern, the longest first.
    wide: Vec<(&'a str, &'a Custom)>,
}

impl<'a> DestinationRules<'a> {
    /// All of a bundle.
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let mut rules = Self::default();
        for rule in snapshot.custom_of(NETWORKING, "DestinationRule") {
            let host = rule.text("/spec/host").unwrap_or_default();
            if host.starts_with('*') {
                rules.wide.push((host, rule));
            } else if let Some(service) = service_of_host(host, &rule.metadata.namespace) {
                rules.named.entry(service).or_default().push(rule);
            }
        }
        rules.wide.sort_by_key(|(host, _)| std::cmp::Reverse(host.len()));
        rules
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.wide.is_empty()
    }

    /// Those whose host is the Service.
    pub(super) fn of<'s>(&'s self, service: &'s ObjectRef) -> &'s [&'a Custom] {
        self.named.get(&(service.namespace.as_str(), service.name.as_str())).map_or(&[], Vec::as_slice)
    }

    /// What they tell clients to send to a Service, the most specific host's rules only.
    pub(super) fn sent(&self, service: &Object<Service>) -> Vec<(Setting<'a>, Option<i32>)> {
        let reference = service.reference();
        let named = self.of(&reference);
        let wide = || {
            let full = full_name(&reference);
            self.wide.iter().find(|(host, _)| covers(host, &full)).map(|(_, rule)| *rule)
        };
        let chosen = named.iter().copied().chain(named.is_empty().then(wide).flatten());
        let seen_by_others = |r: &&Custom| r.metadata.namespace == reference.namespace || texts(r, "/spec/exportTo") != ["."];
        let mut all = Vec::new();
        for rule in chosen.filter(seen_by_others) {
            let mut at = |pointer: String, port: Option<i32>| {
                if let Some(mode) = rule.text(&pointer) {
                    all.push((Setting { object: rule, mode, pointer }, port));
                }
            };
            at("/spec/trafficPolicy/tls/mode".to_owned(), None);
            for (base, level) in elements(&rule.value, "", "/spec/trafficPolicy/portLevelSettings") {
                let port = level.pointer("/port/number").and_then(serde_json::Value::as_i64).and_then(|p| i32::try_from(p).ok());
                at(format!("{base}/tls/mode"), port);
            }
            for (base, _) in elements(&rule.value, "", "/spec/subsets") {
                at(format!("{base}/trafficPolicy/tls/mode"), None);
            }
        }
        all
    }
}

/// The Service that the host of a DestinationRule is, by namespace and name: a name without a dot is one of the rule's namespace.
fn service_of_host<'a>(host: &'a str, namespace: &'a str) -> Option<(&'a str, &'a str)> {
    match host.split_once('.') {
        None => Some((namespace, host)),
        Some((name, rest)) => rest.split_once(".svc").map(|(of, _)| (of, name)),
    }
}
