//! Access: who may not do what, credentials that ended, and deployments that were not waited for.

mod forbidden;
mod manifest;
mod token;

family!("access": credentials_expired, deployment_timeout, rbac_forbidden);
