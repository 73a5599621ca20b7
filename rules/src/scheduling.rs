//! Scheduling: why a pod finds no node.

mod blame;
mod fit;
mod labels;
mod shortage;
mod verdict;

family!("scheduling":
    insufficient_cpu,
    insufficient_extended_resource,
    insufficient_memory,
    node_selector_mismatch,
    pod_pending,
    too_many_pods,
);
