//! Ingress, gateways and TLS: why requests from outside do not arrive.

pub(crate) mod certificates;
mod class;
mod controllers;
mod refused;
mod route;
mod told;
pub(crate) mod upstreams;

family!("ingress":
    certificate_expired,
    certificate_expiring,
    certificate_host_mismatch,
    ingress_backend_port_missing,
    ingress_backend_service_missing,
    ingress_class_missing,
    ingress_controller_unavailable,
    ingress_host_conflict,
    ingress_upstream_errors,
    ingress_without_address,
    tls_secret_missing,
);
