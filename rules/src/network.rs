//! Network: packets that do not arrive.

family!("network":);
