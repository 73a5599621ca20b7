//! Configuration and Secrets: what a container wants and is not there.

mod absent_key;
mod absent_object;
mod kubelet;
pub(crate) mod maker;
mod missing;
mod nginx_annotations;
mod reference;
mod unknown_annotation;
mod unrefreshed;
mod unwell;

family!("configuration":
    config_map_key_missing,
    config_map_missing,
    environment_address_mismatch,
    ineffective_setting,
    optional_reference_missing,
    secret_key_missing,
    secret_missing,
    secret_value_empty,
    stale_configuration,
);
