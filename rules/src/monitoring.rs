//! Monitoring: metrics that are missing, alerts that are noise.

family!("monitoring":);
