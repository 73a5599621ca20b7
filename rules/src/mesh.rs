//! The service mesh: sidecars, mTLS, routes.

family!("mesh":);
