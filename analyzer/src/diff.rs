//! Before and after: what appeared, went and changed between two bundles, by object and by finding.
//!
//! ```text
//! snapshot → objects, as fields that mean something (objects, fields) ┐
//! analysis → findings (findings)                                      ┴→ compared → Difference
//! ```
//!
//! What differs between any two looks at one cluster is no difference: versions, times, heartbeats, leases, names that a
//! controller made up. What one of the bundles lacks is not compared, and that is said: masked is not gone.

mod fields;
mod findings;
mod objects;

use std::collections::BTreeMap;

use tarbox_model::{Analysis, Context, ObjectRef, Timestamp};

pub use fields::{Fields, SameKey};
pub use findings::{FindingChange, Standing};

/// Where a bundle came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Path of the bundle.
    pub bundle: String,
    /// Cluster, as the collector named it.
    pub cluster: String,
    /// The bundle's time.
    pub taken_at: Option<Timestamp>,
}

/// A field with another value; `None` is a field that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Path of the field: `spec.template.spec.containers[web].image`.
    pub field: String,
    /// Before.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is in the new bundle only.
    Appeared,
    /// It is in the old bundle only.
    Gone,
    /// Fields changed.
    Changed(Vec<FieldChange>),
}

/// Everything that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Before.
    pub old: Side,
    /// After.
    pub new: Side,
    /// Root causes: new, gone, still there.
    pub root_causes: Vec<FindingChange>,
    /// Other findings that are new or gone.
    pub findings: Vec<FindingChange>,
    /// Objects, by kind, namespace and name.
    pub objects: BTreeMap<ObjectRef, Change>,
    /// What could not be compared, and why.
    pub not_compared: Vec<String>,
}

impl Difference {
    /// Whether nothing differs, as far as it could be compared.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.findings.is_empty() && self.root_causes.iter().all(|cause| cause.standing == Standing::Still)
    }
}

/// Compares two bundles, each with its analysis.
pub fn diff(old: (&Context<'_>, &Analysis), new: (&Context<'_>, &Analysis)) -> Difference {
    let side = |analysis: &Analysis| Side {
        bundle: analysis.bundle.clone(),
        cluster: analysis.facts.cluster.clone(),
        taken_at: analysis.taken_at,
    };
    let (root_causes, findings) = findings::compare(old.1, new.1);
    let comparison = objects::compare(old.0, new.0);
    Difference {
        old: side(old.1),
        new: side(new.1),
        root_causes,
        findings,
        objects: comparison.changes,
        not_compared: comparison.not_compared,
    }
}
