//! What the logs say that nothing else explains.

mod families;

family!("logs": log_errors);
