//! Admission and quota: why an object is not even created.

mod absent;
mod refusal;
mod room;
mod webhook;

family!("admission":
    admission_webhook_denied,
    admission_webhook_unreachable,
    limit_range_violation,
    pod_security_violation,
    quota_exceeded,
    service_account_missing,
);
