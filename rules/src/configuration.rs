//! Configuration and Secrets: what a container wants and is not there.

mod absent_key;
mod absent_object;
mod kubelet;
pub(crate) mod maker;
mod reference;

family!("configuration": config_map_key_missing, config_map_missing, environment_address_mismatch, secret_key_missing, secret_missing);
