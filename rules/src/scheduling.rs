//! Scheduling: why a pod finds no node.

mod blame;
mod fit;
mod labels;
mod neighbours;
mod shortage;
mod verdict;

family!("scheduling":
    host_port_conflict,
    insufficient_cpu,
    insufficient_extended_resource,
    insufficient_memory,
    node_affinity_mismatch,
    node_cordoned,
    node_selector_mismatch,
    pod_affinity_unsatisfied,
    pod_anti_affinity_conflict,
    pod_pending,
    scheduler_unavailable,
    scheduling_gated,
    taint_not_tolerated,
    too_many_pods,
    topology_spread_unsatisfied,
    wrong_scheduler_name,
);
