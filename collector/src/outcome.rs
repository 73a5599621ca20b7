//! How a source ended, as the collector knows it, and what that is in the bundle's manifest and for the exit code.
use crate::{gateway::Failure, stop::StopReason};
use tarbox_bundle::Outcome;

/// How a source, or a part of one, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All of it is here.
    Collected,
    /// The server refused.
    Denied,
    /// There is no such thing on this cluster.
    Absent,
    /// A deadline passed, the request's or the run's.
    TimedOut,
    /// A limit that the user can set was reached.
    Limited,
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// Anything else.
    Failed,
}

impl From<&Failure> for Ended {
    fn from(failure: &Failure) -> Self {
        match failure {
            _ if failure.is_denied() => Self::Denied,
            _ if failure.is_absent() => Self::Absent,
            Failure::TimedOut(_) | Failure::Stopped(StopReason::Deadline) => Self::TimedOut,
            Failure::Stopped(StopReason::Interrupted) => Self::Interrupted,
            Failure::Refused(_) | Failure::Unreachable(_) | Failure::Broken(_) | Failure::Stopped(StopReason::Output) => Self::Failed,
        }
    }
}

impl Ended {
    /// The manifest's word for it; what came before the end counts.
    pub(crate) fn recorded(self, items: u64) -> Outcome {
        match self {
            Self::Collected => Outcome::Collected,
            Self::Absent => Outcome::Absent,
            Self::TimedOut => Outcome::TimedOut,
            Self::Limited => Outcome::Cut,
            Self::Denied | Self::Failed | Self::Interrupted if items > 0 => Outcome::Partial,
            Self::Denied => Outcome::Denied,
            Self::Failed | Self::Interrupted => Outcome::Failed,
        }
    }

    /// Whether this makes the bundle a partial one: something that was asked for is missing against the user's will.
    pub(crate) fn is_gap(self) -> bool {
        !matches!(self, Self::Collected | Self::Absent | Self::Limited)
    }
}
