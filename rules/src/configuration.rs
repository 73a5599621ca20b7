//! Configuration and Secrets: what a container wants and is not there.

mod reference;

family!("configuration": secret_key_missing);
