//! Nodes, the control plane, and what runs once or by the clock.

mod node;

family!("cluster": kubelet_unavailable, node_not_ready);
