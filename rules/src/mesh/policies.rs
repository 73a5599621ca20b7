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

/// What DestinationRules tell clients to send to a Service, the most specific host's rules only.
pub(super) fn sent<'a>(rules: &[&'a Custom], service: &Object<Service>) -> Vec<(Setting<'a>, Option<i32>)> {
    let reference = service.reference();
    let full = full_name(&reference);
    let host = |rule: &Custom| rule.text("/spec/host").unwrap_or_default().to_owned();
    let named: Vec<&&Custom> = rules.iter().filter(|r| host_is(&host(r), &r.metadata.namespace, &reference)).collect();
    let wide = || rules.iter().filter(|r| host(r).starts_with('*') && covers(&host(r), &full)).max_by_key(|r| host(r).len());
    let chosen: Vec<&&Custom> = if named.is_empty() { wide().into_iter().collect() } else { named };
    let seen_by_others = |r: &&&Custom| r.metadata.namespace == reference.namespace || texts(r, "/spec/exportTo") != ["."];
    let mut all = Vec::new();
    for rule in chosen.into_iter().filter(seen_by_others) {
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

/// Whether a DestinationRule's host is a Service.
pub(super) fn host_is(host: &str, namespace: &str, service: &ObjectRef) -> bool {
    match host.split_once('.') {
        None => host == service.name && namespace == service.namespace,
        Some((name, rest)) => name == service.name && rest.split_once(".svc").is_some_and(|(of, _)| of == service.namespace),
    }
}

/// All DestinationRules.
pub(super) fn destination_rules(snapshot: &Snapshot) -> Vec<&Custom> {
    snapshot.custom_of(NETWORKING, "DestinationRule").collect()
}
