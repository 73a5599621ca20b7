//! DNS: names that do not resolve.

mod absent;
mod corefile;
pub(crate) mod server;
mod settings;

family!("dns":
    coredns_loop,
    coredns_unavailable,
    dns_egress_blocked,
    dns_misconfigured,
    dns_resolution_failing,
    service_name_unknown,
);
