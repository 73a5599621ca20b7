//! Rollout and rollback: why a new version does not arrive, or the old one does not come back.

mod difference;
pub(crate) mod helm;
mod impossible_rollback;
mod revisions;
mod rolling_update;

pub use revisions::{LatestChange, latest_change, tell_change};

family!("rollout":
    cascading_rollback,
    disruption_budget_blocking,
    helm_release_failed,
    helm_release_pending,
    mixed_versions,
    rollback_failed,
    rollout_blocked_by_strategy,
    rollout_paused,
    rollout_stuck,
    stateful_set_blocked,
);
