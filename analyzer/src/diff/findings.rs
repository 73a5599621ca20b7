//! Findings before and after. One that says the same of the same workload and the same cause is the same finding.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::Analysis;
use tarbox_model::analysis::Ranked;
use tarbox_model::finding::Severity;

/// Whether a finding is new, gone or still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In the new bundle only.
    New,
    /// In both.
    Still,
    /// In the old bundle only.
    Gone,
}

impl Standing {
    /// As tables and JSON spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Still => "still",
            Self::Gone => "gone",
        }
    }
}

/// A finding and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingChange {
    /// New, gone or still there.
    pub standing: Standing,
    /// `rule:Kind/namespace/name`.
    pub key: String,
    /// The object at fault, when it is another one.
    pub cause: String,
    /// Severity, of the newer of the two.
    pub severity: Severity,
    /// Its one line, of the newer of the two.
    pub title: String,
}

/// Root causes, all of them, and the other findings that are new or gone.
pub(super) fn compare(old: &Analysis, new: &Analysis) -> (Vec<FindingChange>, Vec<FindingChange>) {
    let causes = changes(old.root_causes(), new.root_causes());
    let known: BTreeSet<(&str, &str)> = causes.iter().map(|c| (c.key.as_str(), c.cause.as_str())).collect();
    let mut others = changes(old.findings.iter(), new.findings.iter());
    // A cause that became a consequence, or the other way round, is told as a cause already.
    others.retain(|it| it.standing != Standing::Still && !known.contains(&(it.key.as_str(), it.cause.as_str())));
    (causes, others)
}

fn changes<'a>(old: impl Iterator<Item = &'a Ranked>, new: impl Iterator<Item = &'a Ranked>) -> Vec<FindingChange> {
    let old: BTreeMap<_, &Ranked> = old.map(|it| (it.finding.identity(), it)).collect();
    let new: BTreeMap<_, &Ranked> = new.map(|it| (it.finding.identity(), it)).collect();
    let change = |standing: Standing, (key, cause): &(String, String), it: &Ranked| FindingChange {
        standing,
        key: key.clone(),
        cause: cause.clone(),
        severity: it.severity,
        title: it.finding.title.clone(),
    };
    let standing = |known: bool| if known { Standing::Still } else { Standing::New };
    let mut all: Vec<FindingChange> = new.iter().map(|(id, it)| change(standing(old.contains_key(id)), id, it)).collect();
    all.extend(old.iter().filter(|(id, _)| !new.contains_key(*id)).map(|(id, it)| change(Standing::Gone, id, it)));
    all.sort_by(|a, b| (a.standing, b.severity, &a.key, &a.cause).cmp(&(b.standing, a.severity, &b.key, &b.cause)));
    all
}
