//! The service mesh: sidecars, mTLS, routes.

pub(crate) mod control_plane;
mod destinations;
mod gateway_api;
mod parts;
mod policies;
mod requests;
mod strangers;

family!("mesh":
    destination_rule_subset_empty,
    gateway_misroute,
    gateway_route_rejected,
    istiod_unavailable,
    mesh_certificate_expired,
    mtls_conflict,
    sidecar_missing,
    sidecar_not_ready,
    virtual_service_host_unknown,
);
