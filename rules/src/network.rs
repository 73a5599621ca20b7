//! Network: packets that do not arrive.

pub(crate) mod policy;

family!("network":);
