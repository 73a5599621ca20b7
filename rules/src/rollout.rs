//! Rollout and rollback: why a new version does not arrive, or the old one does not come back.

mod revisions;

family!("rollout": rollout_stuck);
