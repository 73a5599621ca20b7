//! Prevention: what will break one day.

mod credential;
mod templates;

family!("prevention":
    disruption_budget_missing,
    memory_limit_missing,
    mutable_image_tag,
    probe_missing,
    resource_requests_missing,
    secret_in_plain_text,
);
