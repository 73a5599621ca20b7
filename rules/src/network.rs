//! Network: packets that do not arrive.

mod agents;
mod delay;
mod failing;
mod loss;
mod plugin;
pub(crate) mod policy;
mod stop;

family!("network":
    cni_unavailable,
    connection_refused,
    connection_timeout,
    kube_proxy_unavailable,
    network_degraded,
    network_policy_blocks_traffic,
);
