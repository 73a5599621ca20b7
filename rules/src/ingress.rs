//! Ingress, gateways and TLS: why requests from outside do not arrive.

family!("ingress":);
