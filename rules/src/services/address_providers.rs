//! Whatever gives addresses to Services of type LoadBalancer.

use tarbox_model::Context;
use tarbox_model::object::{Object, Pod};

/// Words in images of what gives addresses.
const PROVIDERS: [&str; 9] = [
    "metallb",
    "cloud-controller-manager",
    "cloud-provider",
    "aws-load-balancer-controller",
    "klipper-lb",
    "kube-vip",
    "purelb",
    "loxilb",
    "servicelb",
];

/// Pods of whatever gives addresses to Services.
pub(super) fn providers<'a>(context: &Context<'a>) -> Vec<&'a Object<Pod>> {
    let active = context.snapshot.pods.iter().filter(|p| p.is_active());
    active.filter(|p| p.spec.containers.iter().any(|c| PROVIDERS.iter().any(|word| c.image.contains(word)))).collect()
}
