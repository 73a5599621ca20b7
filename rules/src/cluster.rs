//! The cluster itself: nodes, control plane, jobs.

family!("cluster":);
