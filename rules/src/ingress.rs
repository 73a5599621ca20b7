//! Ingress, gateways and TLS: why requests from outside do not arrive.

mod class;
mod controllers;
mod route;
mod told;

family!("ingress":
    ingress_backend_port_missing,
    ingress_backend_service_missing,
    ingress_class_missing,
    ingress_controller_unavailable,
    ingress_host_conflict,
    ingress_upstream_errors,
    ingress_without_address,
);
