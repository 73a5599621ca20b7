//! Services: why nobody answers behind one.

pub(crate) mod backing;
mod likeness;

family!("services": deployment_scaled_to_zero, service_missing, service_selector_mismatch, service_without_ready_endpoints);
