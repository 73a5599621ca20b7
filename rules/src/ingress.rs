//! Ingress, gateways and TLS: why requests from outside do not arrive.

mod told;

family!("ingress": ingress_backend_service_missing);
