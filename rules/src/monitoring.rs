//! Monitoring: metrics that are missing, and alerts that nobody can use.

mod answer;
mod monitors;
mod targets;

family!("monitoring":
    alert_rule_noisy,
    metrics_api_unavailable,
    metrics_endpoint_failing,
    prometheus_unavailable,
    service_monitor_selects_nothing,
);
