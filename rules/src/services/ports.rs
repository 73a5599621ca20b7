//! The ports of a Service against what its pods declare and what their logs say they listen on.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::log::LogHit;
use tarbox_model::object::{ContainerPort, ContainerView, Object, Pod, PortName, Service, ServicePort};
use tarbox_model::{Context, Evidence, Snapshot, selector, similarity};

/// One port that a pod declares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    /// The pod.
    pub(super) pod: &'a Object<Pod>,
    /// The container.
    pub(super) view: ContainerView<'a>,
    /// Index in the container's list.
    pub(super) index: usize,
    /// The port.
    pub(super) port: &'a ContainerPort,
}

impl Declared<'_> {
    /// Evidence: its number.
    pub(super) fn evidence(&self) -> Evidence {
        let pointer = self.view.spec_pointer(&format!("/ports/{}/containerPort", self.index));
        self.pod.evidence(pointer, self.port.container_port.to_string())
    }

    /// `http (8080)`, or the number alone.
    pub(super) fn words(&self) -> String {
        let number = self.port.container_port;
        if self.port.name.is_empty() { number.to_string() } else { format!("{} ({number})", self.port.name) }
    }
}

/// What the pods behind a Service offer.
#[derive(Debug, Clone, Default)]
pub(super) struct Offer<'a> {
    /// Declared ports, each number, name and protocol once.
    pub(super) declared: Vec<Declared<'a>>,
    /// Ports that the pods' logs say they listen on, with the line.
    pub(super) listening: BTreeMap<i32, Evidence>,
    /// Ports that probes ask, in pods that pass them.
    probed: BTreeSet<i32>,
    /// Whether there is a log of any of the pods, which would tell of ports that are not declared.
    pub(super) logged: bool,
    /// Whether a container that is no proxy of a mesh declares nothing, so that it may listen anywhere.
    pub(super) silent: bool,
}

/// Proxies of meshes, which listen on ports of their own.
fn is_proxy(container: &str) -> bool {
    matches!(container, "istio-proxy" | "linkerd-proxy" | "envoy" | "kuma-sidecar")
}

/// What pods offer.
pub(super) fn offer<'a>(context: &Context<'a>, pods: &[&'a Object<Pod>]) -> Offer<'a> {
    let mut offer = Offer::default();
    let mut seen = BTreeSet::new();
    for pod in pods {
        for view in pod.containers().filter(|v| !v.init || v.is_sidecar()) {
            offer.silent |= view.spec.ports.is_empty() && !is_proxy(&view.spec.name) && !view.is_sidecar();
            for (index, port) in view.spec.ports.iter().enumerate() {
                if seen.insert((port.container_port, port.name.as_str(), protocol(&port.protocol))) {
                    offer.declared.push(Declared { pod, view, index, port });
                }
            }
            if pod.is_ready() {
                let probes = [&view.spec.readiness_probe, &view.spec.liveness_probe, &view.spec.startup_probe];
                offer.probed.extend(probes.into_iter().flatten().filter_map(|p| probe_port(p, &view)));
            }
        }
        for log in context.snapshot.logs_of(&pod.reference(), None) {
            offer.logged = true;
            for hit in log.hits_of("listening") {
                if let Some(port) = heard_port(hit) {
                    offer.listening.entry(port).or_insert_with(|| log.evidence(hit));
                }
            }
        }
    }
    offer
}

/// The port that a line names on which a process says that it listens.
pub(crate) fn heard_port(hit: &LogHit) -> Option<i32> {
    ["port", "named", "mongod"].iter().find_map(|f| hit.field(f))?.parse().ok()
}

fn probe_port(probe: &tarbox_model::object::Probe, view: &ContainerView<'_>) -> Option<i32> {
    let http = probe.http_get.as_ref().map(|h| h.port.clone());
    let tcp = probe.tcp_socket.as_ref().map(|t| t.port.clone());
    let grpc = probe.grpc.as_ref().map(|g| PortName::Number(g.port));
    match http.or(tcp).or(grpc)? {
        PortName::Number(number) => Some(number),
        PortName::Name(name) => view.spec.ports.iter().find(|p| p.name == name).map(|p| p.container_port),
    }
}

/// The protocol's name; TCP when none is given.
pub(super) fn protocol(name: &str) -> &str {
    if name.is_empty() { "TCP" } else { name }
}

impl<'a> Offer<'a> {
    /// Declared ports that a port of a Service means by its target, whatever their protocol.
    pub(super) fn meant<'b>(&'b self, port: &ServicePort) -> impl Iterator<Item = &'b Declared<'a>> {
        let target = Service::target(port);
        self.declared.iter().filter(move |d| match &target {
            PortName::Number(number) => d.port.container_port == *number,
            PortName::Name(name) => d.port.name == *name,
        })
    }

    /// Whether somebody is known to listen on a number, declared or not.
    pub(super) fn answers(&self, number: i32) -> bool {
        self.listening.contains_key(&number) || self.probed.contains(&number)
    }

    /// Whether a pod passes a probe on a number.
    pub(super) fn is_probed(&self, number: i32) -> bool {
        self.probed.contains(&number)
    }

    /// Whether logs or probes tell of any port.
    pub(super) fn is_heard(&self) -> bool {
        !self.listening.is_empty()
    }
}

/// `spec.ports[i]` of a Service as prose names it: its name, else its number.
pub(super) fn called(port: &ServicePort) -> String {
    if port.name.is_empty() { port.port.to_string() } else { format!("{} ({})", port.name, port.port) }
}

/// The declared port that was probably meant: one of the log, of the Service's own port or name, of a near name, or the only one.
pub(super) fn meant<'a, 'b>(
    offer: &'b Offer<'a>,
    service: &Service,
    port: &ServicePort,
    taken: &BTreeSet<i32>,
) -> Option<&'b Declared<'a>> {
    let used = |d: &&Declared<'_>| service.spec.ports.iter().any(|other| other != port && offer.meant(other).any(|m| m.port == d.port));
    // A port for metrics is not what anything else was meant for.
    let is_aside = |d: &Declared<'_>| d.port.name.contains("metrics") && !port.name.contains("metrics");
    let free = || offer.declared.iter().filter(|d| !used(d) && !taken.contains(&d.port.container_port) && !is_aside(d));
    let heard = free().find(|d| offer.listening.contains_key(&d.port.container_port));
    let same = || free().find(|d| d.port.container_port == port.port || !port.name.is_empty() && d.port.name == port.name);
    let near = || {
        let PortName::Name(name) = Service::target(port) else { return None };
        let found = similarity::nearest(&name, free().map(|d| d.port.name.as_str()).filter(|n| !n.is_empty()))?;
        free().find(|d| d.port.name == found)
    };
    let only = || free().next().filter(|_| free().count() == 1);
    heard.or_else(near).or_else(same).or_else(only)
}

/// Ports to which other Services of the same pods lead, for another purpose than this port's.
pub(super) fn taken(context: &Context<'_>, offer: &Offer<'_>, pod: &Pod, service: &Service, port: &ServicePort) -> BTreeSet<i32> {
    let neighbours = Snapshot::in_namespace(&context.snapshot.services, &service.metadata.namespace).iter();
    let of_pod = |s: &&Object<Service>| !s.spec.selector.is_empty() && selector::subset(&s.spec.selector, &pod.metadata.labels);
    let others = neighbours.filter(of_pod).filter(|s| s.metadata.name != service.metadata.name);
    let differs = |o: &&ServicePort| o.port != port.port && (o.name.is_empty() || o.name != port.name);
    others.flat_map(|s| s.spec.ports.iter().filter(differs)).flat_map(|o| offer.meant(o)).map(|d| d.port.container_port).collect()
}

/// Names of protocols that run over TCP only.
pub(super) fn is_of_tcp(name: &str) -> bool {
    let word = name.split('-').next().unwrap_or(name);
    matches!(word, "http" | "https" | "http2" | "grpc" | "grpcs" | "mongo" | "mysql" | "redis" | "postgres" | "postgresql" | "tcp" | "tls")
}
