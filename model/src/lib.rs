//! What the analyzer thinks in: a typed snapshot of a cluster at one moment, the relations between its objects,
//! the findings that rules make of it, and the analysis that reports present.
//!
//! Nothing here does I/O, asks a clock, or starts a thread; "now" is always the bundle's time ([`Snapshot::taken_at`]).
//!
//! | module | what it holds |
//! |---|---|
//! | [`object`] | lean, tolerant shapes of the Kubernetes objects that rules read |
//! | [`log`], [`metrics`], [`facts`] | what was kept of logs, resource samples, certificates, Helm releases, database answers |
//! | [`snapshot`] | everything that was read, with what was *not* collected ([`coverage`]) |
//! | [`relations`] | joins: owner, selector, route, placement, mount |
//! | [`evidence`], [`finding`] | claims, each with quotes that resolve in the bundle |
//! | [`rule`] | what a rule is, and what it may look at |
//! | `counted` | how often objects are looked at, in builds for tests |
//! | [`patterns`] | what logs say, with what differs between copies of a line masked |
//! | [`analysis`] | the ranked result |
//! | [`overview`] | the cluster as a report draws it beside the findings |

pub mod analysis;
#[cfg(debug_assertions)]
pub mod counted;
pub mod coverage;
pub mod evidence;
pub mod facts;
pub mod finding;
mod labels;
mod lenient;
pub mod log;
pub mod metrics;
pub mod object;
pub mod overview;
pub mod patterns;
pub mod quantity;
pub mod reference;
pub mod relations;
pub mod rule;
pub mod selector;
pub mod similarity;
pub mod snapshot;

pub use analysis::Analysis;
pub use evidence::Evidence;
pub use finding::Finding;
pub use object::Object;
pub use reference::ObjectRef;
pub use relations::Relations;
pub use rule::{Context, Rule};
pub use snapshot::Snapshot;

/// A moment; UTC, nanosecond precision.
pub use jiff::Timestamp;
