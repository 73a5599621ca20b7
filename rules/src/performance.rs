//! Slow services: CPU, workers, latency, and too few pods.

mod cpu;
pub(crate) mod slowness;

family!("performance":
    autoscaler_at_maximum,
    autoscaler_without_metrics,
    cpu_saturated,
    cpu_throttled,
    high_latency,
    node_cpu_pressure,
    single_replica,
    worker_timeout,
);
