//! The values of the cluster's own Secrets, searched in everything, together with what makes a line worth a look.

mod learn;
mod needles;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tarbox_finder::{Finder, Needle};

use crate::{Level, detectors, encoded, keys};
pub(crate) use learn::{secrets_in, values_of_secret};
pub(crate) use needles::Form;

/// Shortest value that is searched.
const SHORTEST: usize = 6;

/// What a string that was found stands for.
#[derive(Debug)]
pub(crate) enum What {
    /// The middle of a name that may announce a secret.
    Hint,
    /// A detector's literal, by the detector's place in the table.
    Row(usize),
    /// `-----BEGIN `.
    Armour,
    /// Base64 of the beginning of packed data.
    Packed,
    /// A known value.
    Value {
        /// The value itself.
        value: Arc<[u8]>,
        /// How it is encoded there.
        form: Form,
        /// Counts only between characters that are no letters or digits.
        alone: bool,
    },
}

/// The registry, shared by all threads.
pub(crate) struct Known {
    table: RwLock<Table>,
}

/// What is searched.
pub(crate) struct Table {
    values: BTreeSet<Arc<[u8]>>,
    finder: Finder<What>,
}

impl Known {
    pub(crate) fn new(level: Level) -> Self {
        let mut finder = Finder::new();
        let mut add = |text: &str, any_case: bool, what: What| finder.add(Needle { bytes: text.as_bytes().into(), any_case, what });
        for hint in keys::HINTS {
            add(hint, true, What::Hint);
        }
        for packed in encoded::PACKED {
            add(packed, false, What::Packed);
        }
        add("-----BEGIN ", false, What::Armour);
        for (row, detector) in detectors::all().enumerate().filter(|(_, detector)| detector.level <= level) {
            let any_case = detector.pattern.starts_with("(?i)");
            for literal in detector.literals {
                add(literal, any_case, What::Row(row));
            }
        }
        Self { table: RwLock::new(Table { values: BTreeSet::new(), finder }) }
    }

    /// Adds a value; returns whether it was new.
    pub(crate) fn add(&self, value: &[u8]) -> bool {
        // A poisoned lock still holds a whole table: insertion only appends.
        self.table.write().unwrap_or_else(PoisonError::into_inner).add(value)
    }

    pub(crate) fn len(&self) -> usize {
        self.read().values.len()
    }

    /// The table as it is now. Take it once for a piece of work: whoever asks again while holding it may wait for ever.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    pub(crate) fn finder(&self) -> &Finder<What> {
        &self.finder
    }

    fn add(&mut self, value: &[u8]) -> bool {
        if value.len() < SHORTEST || self.values.contains(value) {
            return false;
        }
        let value: Arc<[u8]> = value.into();
        self.values.insert(Arc::clone(&value));
        for needle in needles::of(&value) {
            self.finder.add(needle);
        }
        true
    }
}
