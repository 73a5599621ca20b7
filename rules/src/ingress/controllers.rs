//! Ingress controllers that run in the cluster: known by image or command, with their pods and the class that they serve.

use std::collections::BTreeMap;

use tarbox_model::object::{ContainerView, IngressClass, Object, Pod, PodSpec};
use tarbox_model::relations::workloads;
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Evidence, ObjectRef};

/// A kind of controller.
#[derive(Debug)]
pub(super) struct Product {
    /// How `spec.controller` of its classes begins.
    controller: &'static str,
    /// The label `app.kubernetes.io/name` of its pods.
    label: &'static str,
    /// Words of its image's path or of its command.
    words: &'static [&'static str],
    /// Whether it writes an address into every Ingress that it serves, unless it is told otherwise.
    pub(super) writes_address: bool,
}

const fn product(controller: &'static str, label: &'static str, words: &'static [&'static str], writes_address: bool) -> Product {
    Product { controller, label, words, writes_address }
}

/// The class name that ingress-nginx serves unless it is told another.
const NGINX: &str = "k8s.io/ingress-nginx";

static PRODUCTS: [Product; 8] = [
    product(NGINX, "ingress-nginx", &["ingress-nginx/controller", "/nginx-ingress-controller", "ingress-nginx-controller"], true),
    product("nginx.org/ingress-controller", "nginx-ingress", &["nginx/nginx-ingress", "nginx-plus-ingress"], false),
    product("traefik.io/ingress-controller", "traefik", &["/traefik:", "/traefik@"], false),
    product("haproxy.org/ingress-controller", "kubernetes-ingress", &["haproxytech/kubernetes-ingress"], false),
    product("haproxy-ingress.github.io/controller", "haproxy-ingress", &["haproxy-ingress"], true),
    product("ingress-controllers.konghq.com/kong", "kong", &["kong/kubernetes-ingress-controller"], true),
    product("projectcontour.io/", "contour", &["projectcontour/contour"], true),
    product("ingress.k8s.aws/alb", "aws-load-balancer-controller", &["aws-load-balancer-controller"], true),
];

/// A controller in the cluster.
#[derive(Debug, Clone)]
pub(super) struct Controller<'a> {
    /// Its workload, or its pod.
    pub(super) reference: ObjectRef,
    /// What it is.
    pub(super) product: &'static Product,
    /// `spec.controller` of the classes that it serves, where it is told to serve a certain one.
    class: Option<&'a str>,
    /// Pods wanted, if that is known.
    pub(super) desired: Option<i32>,
    /// Its pods that have not ended.
    pub(super) pods: Vec<&'a Object<Pod>>,
    /// That it exists.
    pub(super) evidence: Evidence,
}

/// Every controller that can be recognised, by name.
pub(super) fn controllers<'a>(context: &Context<'a>) -> Vec<Controller<'a>> {
    let snapshot = context.snapshot;
    let mut all: BTreeMap<ObjectRef, Controller<'a>> = BTreeMap::new();
    for workload in workloads(snapshot) {
        let Some((product, class)) = recognise(&workload.template.spec, &workload.template.metadata.labels) else { continue };
        let pods = context.relations.pods_of(snapshot, &workload.reference).filter(|p| p.is_active()).collect();
        let evidence = workload.origin.at("/metadata/name", workload.reference.name.as_str());
        let reference = workload.reference.clone();
        all.insert(reference.clone(), Controller { reference, product, class, desired: Some(workload.desired), pods, evidence });
    }
    for (pod, owner) in context.relations.pods_with_workloads(snapshot).filter(|(pod, _)| pod.is_active()) {
        let reference = owner.cloned().unwrap_or_else(|| pod.reference());
        match (all.get_mut(&reference), recognise(&pod.spec, &pod.metadata.labels)) {
            (Some(known), _) if known.desired.is_none() => known.pods.push(pod),
            (None, Some((product, class))) => {
                let controller =
                    Controller { reference: reference.clone(), product, class, desired: None, pods: vec![pod], evidence: pod.named() };
                all.insert(reference, controller);
            }
            _ => {}
        }
    }
    all.into_values().collect()
}

/// What a pod's container is, and which class it is told to serve.
fn recognise<'a>(spec: &'a PodSpec, labels: &Labels) -> Option<(&'static Product, Option<&'a str>)> {
    // Beside the controller of a chart stand its default backend and its webhook's jobs.
    let component = labels.get("app.kubernetes.io/component").is_none_or(|c| c == "controller" || c == "app");
    let label = labels.get("app.kubernetes.io/name").filter(|_| component);
    let labelled = PRODUCTS.iter().find(|p| label.is_some_and(|l| l == p.label));
    let product = spec.containers.iter().find_map(|container| {
        let image = format!("/{}", container.image);
        let has = |word: &&str| image.contains(*word) || container.command.iter().chain(&container.args).any(|a| a.contains(*word));
        PRODUCTS.iter().find(|p| p.words.iter().any(has))
    });
    let product = product.or(labelled)?;
    let words = spec.containers.iter().flat_map(|c| c.args.iter().chain(&c.command));
    let told = words.filter_map(|a| a.strip_prefix("--controller-class=")).next();
    Some((product, told.or((product.controller == NGINX).then_some(NGINX))))
}

impl Controller<'_> {
    /// Whether it serves a class.
    pub(super) fn serves(&self, class: &IngressClass) -> bool {
        match self.class {
            Some(told) => class.spec.controller == told,
            None => class.spec.controller.starts_with(self.product.controller),
        }
    }

    /// Whether any of its pods is ready.
    pub(super) fn is_ready(&self) -> bool {
        self.pods.iter().any(|p| p.is_ready())
    }

    /// What holds its pods back: the reason of a container, or the phase.
    pub(super) fn states(&self) -> String {
        let waits = |v: ContainerView<'_>| Some(v.status?.2.state.waiting.as_ref()?.reason.clone()).filter(|r| !r.is_empty());
        let reason = |p: &Object<Pod>| p.containers().find_map(waits);
        let mut states: Vec<String> = self.pods.iter().map(|p| reason(p).unwrap_or_else(|| p.status.phase.clone())).collect();
        states.sort();
        states.dedup();
        states.join(", ")
    }
}

/// Whether a class is served by something that runs in the cluster as far as we know such things.
pub(super) fn runs_in_cluster(class: &IngressClass) -> bool {
    PRODUCTS.iter().any(|p| class.spec.controller.starts_with(p.controller))
}
