//! Where policies stop a connection: followed from a client's pod to the pods behind an address.

use tarbox_model::object::{NetworkPolicy, Object, Pod, PortName, Service};
use tarbox_model::selector::Labels;
use tarbox_model::{Context, ObjectRef};

use super::policy::{Called, Direction, End, Policies};

/// A connection that policies stop.
pub(super) struct Stop<'a> {
    /// The policies that cover the pod and do not let it through.
    pub(super) by: Vec<&'a Object<NetworkPolicy>>,
    /// Where it stops.
    pub(super) direction: Direction,
    /// The pods' port.
    pub(super) port: i32,
    /// The Service or pod that is called, if it is one.
    pub(super) target: Option<ObjectRef>,
    /// A pod that is called.
    callee: Option<&'a Object<Pod>>,
}

/// Where a client's connection to an address is stopped, if it surely is: for every pod behind it.
pub(super) fn stops<'a>(
    context: &Context<'a>,
    policies: &Policies<'a>,
    client: &'a Object<Pod>,
    host: &str,
    port: u16,
) -> Option<Stop<'a>> {
    let snapshot = context.snapshot;
    let target = context.relations.resolve_host(snapshot, host, &client.metadata.namespace);
    let Some(reference) = &target else {
        // A name of the cluster that resolves to nothing is no host outside.
        let outside = host.contains('.') && !host.contains(".svc");
        let called = Called { port: i32::from(port), protocol: "TCP", names: Vec::new() };
        let by = policies.stopping(client, Direction::Egress, &End::outside(host), &called);
        return (outside && !by.is_empty()).then_some(Stop { by, direction: Direction::Egress, port: called.port, target, callee: None });
    };
    let service = snapshot.service(&reference.namespace, &reference.name).filter(|_| reference.kind == "Service");
    let callees: Vec<(&Object<Pod>, i32)> = match service {
        Some(service) => {
            let behind = context.relations.pods_behind(snapshot, reference).filter(|p| p.is_active());
            behind.filter_map(|p| Some((p, target_port(service, port, p)?))).collect()
        }
        None => snapshot.pod(&reference.namespace, &reference.name).map(|p| (p, i32::from(port))).into_iter().collect(),
    };
    let mut found = None;
    for (pod, number) in callees {
        let called = Called::on(pod, number, "TCP");
        let out = policies.stopping(client, Direction::Egress, &End::of(pod), &called);
        let into =
            || if client.spec.host_network { Vec::new() } else { policies.stopping(pod, Direction::Ingress, &End::of(client), &called) };
        let (direction, by) = if out.is_empty() { (Direction::Ingress, into()) } else { (Direction::Egress, out) };
        // One pod that can be reached is enough for a client that tries again.
        if by.is_empty() {
            return None;
        }
        found.get_or_insert(Stop { by, direction, port: number, target: target.clone(), callee: Some(pod) });
    }
    found
}

/// The number of a pod's port that a Service's port leads to.
fn target_port(service: &Service, port: u16, pod: &Pod) -> Option<i32> {
    let own = service.spec.ports.iter().find(|p| p.port == i32::from(port));
    let Some(own) = own.filter(|_| !service.is_headless()) else { return service.is_headless().then_some(i32::from(port)) };
    match Service::target(own) {
        PortName::Number(number) => Some(number),
        PortName::Name(name) => pod.containers().flat_map(|v| &v.spec.ports).find(|p| p.name == name).map(|p| p.container_port),
    }
}

impl Stop<'_> {
    /// A command that lets the traffic through, and no more.
    pub(super) fn allowance(&self, client: &Object<Pod>, owner: &ObjectRef) -> String {
        let (covered, other, field) = match self.direction {
            Direction::Ingress => (self.callee, Some(client), "from"),
            Direction::Egress => (Some(client), self.callee, "to"),
        };
        let Some(covered) = covered else { return String::new() };
        let namespace = &covered.metadata.namespace;
        let peer = match other {
            Some(other) => format!(
                "{field}: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {}}}}}, podSelector: {{matchLabels: {}}}}}], ",
                other.metadata.namespace,
                flow(&other.metadata.labels)
            ),
            None => String::new(),
        };
        let called = self.target.as_ref().map_or("outside", |t| t.name.as_str());
        format!(
            "kubectl apply -n {namespace} -f - <<'YAML'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: allow-{}-to-{called}}}\nspec:\n  podSelector: {{matchLabels: {}}}\n  policyTypes: [{}]\n  {}: [{{{peer}ports: [{{port: {}}}]}}]\nYAML",
            owner.name,
            flow(&covered.metadata.labels),
            self.direction.as_str(),
            self.direction.as_str().to_lowercase(),
            self.port
        )
    }
}

/// Labels as YAML in one line, without those that change with every rollout.
fn flow(labels: &Labels) -> String {
    let lasting = labels
        .iter()
        .filter(|(k, _)| !k.ends_with("-hash") && !k.starts_with("statefulset.kubernetes.io/") && !k.starts_with("apps.kubernetes.io/"));
    let pairs: Vec<String> = lasting.map(|(k, v)| format!("{k}: \"{v}\"")).collect();
    format!("{{{}}}", pairs.join(", "))
}
