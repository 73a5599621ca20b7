//! Admission and quota: why an object is not even created.

mod absent;
mod refusal;

family!("admission": quota_exceeded);
