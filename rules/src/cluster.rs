//! The cluster itself: nodes, control plane, jobs.

pub(crate) mod aggregated_api;
mod api_health;
mod job_pods;
mod node;
mod runs;
mod runtime_signs;
mod schedule;

family!("cluster":
    api_server_unhealthy,
    api_service_unavailable,
    clock_skew,
    container_runtime_unavailable,
    controller_manager_unavailable,
    cron_job_stalled,
    etcd_unhealthy,
    job_failed,
    kubelet_unavailable,
    namespace_stuck_terminating,
    node_not_ready,
    node_rebooted,
    node_under_pressure,
    system_pod_failing,
    version_skew,
);
