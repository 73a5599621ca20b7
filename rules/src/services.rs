//! Services: why nobody answers behind one.

mod address_providers;
mod affinity;
mod asleep;
pub(crate) mod backing;
mod likeness;
mod local_nodes;
pub(crate) mod ports;

family!("services":
    deployment_scaled_to_zero,
    external_traffic_policy_gap,
    listens_on_loopback,
    load_balancer_pending,
    service_missing,
    service_port_mismatch,
    service_protocol_mismatch,
    service_selector_mismatch,
    service_without_ready_endpoints,
    uneven_traffic,
);
