//! What the logs say that nothing else explains.

family!("logs":);
