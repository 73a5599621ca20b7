//! The service mesh: sidecars, mTLS, routes.

mod absent_gateway;
mod absent_target;
mod conflict;
pub(crate) mod control_plane;
mod destinations;
mod gateway_api;
pub(crate) mod gateway_credential;
mod overlaps;
pub(crate) mod parts;
mod policies;
mod requests;
mod strangers;
mod subset_without_pods;
mod unreached;
mod unserved_gateway;

family!("mesh":
    destination_rule_host_unknown,
    destination_rule_subset_empty,
    gateway_misroute,
    gateway_route_rejected,
    istiod_unavailable,
    mesh_certificate_expired,
    mesh_configuration_conflict,
    mesh_proxy_user_shared,
    mtls_conflict,
    sidecar_missing,
    sidecar_not_ready,
    sidecar_outdated,
    virtual_service_host_unknown,
    virtual_service_rule_unreachable,
);
