//! Monitoring: metrics that are missing, and alerts that nobody can use.

family!("monitoring": metrics_api_unavailable);
