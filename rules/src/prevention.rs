//! Prevention: what will break one day.

family!("prevention":);
