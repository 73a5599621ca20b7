//! Services: why nobody answers behind one.

family!("services":);
