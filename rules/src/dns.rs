//! DNS: names that do not resolve.

family!("dns":);
