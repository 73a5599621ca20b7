//! Images: why one does not come.

mod credentials;
mod pull;

family!("images":
    image_architecture_mismatch,
    image_disk_full,
    image_name_invalid,
    image_never_pulled,
    image_not_found,
    image_pull_failing,
    image_pull_secret_missing,
    image_pull_unauthorized,
    registry_dns_failure,
    registry_rate_limited,
    registry_tls_failure,
    registry_token_expired,
    registry_unreachable,
);
