//! Probes: whether a container is unwell, or only asked in the wrong way.

mod failing;
mod patience;
mod ports;
mod protocol;

family!("probes":
    liveness_probe_failing,
    liveness_probe_too_early,
    liveness_probe_wrong_port,
    liveness_probe_wrong_protocol,
    probe_timeout_too_short,
    probe_wrong_path,
    readiness_probe_failing,
    readiness_probe_wrong_port,
    readiness_probe_wrong_protocol,
    startup_probe_failing,
);
