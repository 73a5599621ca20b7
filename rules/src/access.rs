//! Access: who may not do what, and credentials that ended.

family!("access":);
