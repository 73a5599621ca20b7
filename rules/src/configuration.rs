//! Configuration and Secrets: what a container wants and is not there.

mod reference;

family!("configuration": environment_address_mismatch, secret_key_missing);
