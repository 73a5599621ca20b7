//! Words that every format shares, so that they never say the same thing differently.

use tarbox_model::coverage::Outcome;

/// An outcome as machines read it.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Collected => "collected",
        Outcome::Partial => "partial",
        Outcome::Denied => "denied",
        Outcome::TimedOut => "timed-out",
        Outcome::Cut => "cut",
        Outcome::Absent => "absent",
        Outcome::Failed => "failed",
        Outcome::NotCollected => "not-collected",
    }
}
