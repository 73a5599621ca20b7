//! The values of the cluster's own Secrets, searched in everything.
//!
//! Thousands of values in a dozen encodings would make an Aho-Corasick automaton of a hundred megabytes. Instead every needle is filed under
//! six of its bytes; a text is read once, each six bytes are looked up in a bitmap that fits the cache, and only what
//! passes is compared. New values are added in place: there is nothing to rebuild, readers see them at their next piece of text.

mod learn;
mod needles;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

pub(crate) use learn::values_of_secret;
pub(crate) use needles::Form;
use needles::Needle;

/// Bytes that a needle is filed under; also the shortest needle.
const WINDOW: usize = 6;
const MASK: u64 = (1 << (8 * WINDOW)) - 1;
/// 8 KiB of bitmap to begin with: in the first-level cache.
const MIN_BITS: u32 = 16;

/// A known value in a text.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: Arc<[u8]>,
    pub(crate) form: Form,
}

/// The registry, shared by all threads.
#[derive(Default)]
pub(crate) struct Known {
    table: RwLock<Table>,
}

impl Known {
    /// Adds a value; returns whether it was new.
    pub(crate) fn add(&self, value: &[u8]) -> bool {
        // A poisoned lock still holds a whole table: insertion only appends.
        self.table.write().unwrap_or_else(PoisonError::into_inner).add(value)
    }

    pub(crate) fn len(&self) -> usize {
        self.table.read().unwrap_or_else(PoisonError::into_inner).values.len()
    }

    /// All occurrences, in order of their starts.
    pub(crate) fn find(&self, text: &[u8], found: &mut Vec<Hit>) {
        self.table.read().unwrap_or_else(PoisonError::into_inner).find(text, found);
    }
}

struct Table {
    values: BTreeSet<Arc<[u8]>>,
    needles: Vec<Needle>,
    filed: HashMap<u64, Vec<u32>>,
    bitmap: Vec<u64>,
    bits: u32,
}

impl Default for Table {
    fn default() -> Self {
        Self { values: BTreeSet::new(), needles: Vec::new(), filed: HashMap::new(), bitmap: vec![0; 1 << (MIN_BITS - 6)], bits: MIN_BITS }
    }
}

impl Table {
    fn add(&mut self, value: &[u8]) -> bool {
        if value.len() < WINDOW || self.values.contains(value) {
            return false;
        }
        let value: Arc<[u8]> = value.into();
        self.values.insert(Arc::clone(&value));
        for needle in needles::of(&value) {
            let Some(window) = needle.bytes.get(needle.offset..needle.offset + WINDOW) else { continue };
            let window = word(window);
            let index = self.needles.len() as u32;
            self.needles.push(needle);
            self.filed.entry(window).or_default().push(index);
            self.mark(window);
        }
        // At most one bit in 32 set: a random window passes the bitmap that seldom.
        if self.needles.len() << 5 > 1 << self.bits && self.bits < 26 {
            self.bits += 2;
            self.bitmap = vec![0; 1 << (self.bits - 6)];
            for at in 0..self.needles.len() {
                if let Some(window) =
                    self.needles.get(at).and_then(|needle| needle.bytes.get(needle.offset..needle.offset + WINDOW)).map(word)
                {
                    self.mark(window);
                }
            }
        }
        true
    }

    fn mark(&mut self, window: u64) {
        let bit = slot(window, self.bits);
        if let Some(cell) = self.bitmap.get_mut((bit >> 6) as usize) {
            *cell |= 1 << (bit & 63);
        }
    }

    fn passes(&self, window: u64) -> bool {
        let bit = slot(window, self.bits);
        self.bitmap.get((bit >> 6) as usize).is_some_and(|cell| cell >> (bit & 63) & 1 == 1)
    }

    fn find(&self, text: &[u8], found: &mut Vec<Hit>) {
        if self.needles.is_empty() || text.len() < WINDOW {
            return;
        }
        for (at, eight) in text.windows(8).enumerate() {
            let window = u64::from_le_bytes(eight.try_into().unwrap_or_default()) & MASK;
            if self.passes(window) {
                self.verify(text, at, window, found);
            }
        }
        for at in text.len().saturating_sub(7)..=text.len() - WINDOW {
            let window = text.get(at..at + WINDOW).map_or(0, word);
            if self.passes(window) {
                self.verify(text, at, window, found);
            }
        }
        found.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)).then(a.value.cmp(&b.value)));
    }

    fn verify(&self, text: &[u8], at: usize, window: u64, found: &mut Vec<Hit>) {
        for needle in self.filed.get(&window).into_iter().flatten().filter_map(|index| self.needles.get(*index as usize)) {
            let Some(start) = at.checked_sub(needle.offset) else { continue };
            let end = start + needle.bytes.len();
            if text.get(start..end) != Some(&*needle.bytes) {
                continue;
            }
            if needle.alone && (letter(text, start.checked_sub(1)) || letter(text, Some(end))) {
                continue;
            }
            found.push(Hit { start, end, value: Arc::clone(&needle.value), form: needle.form });
        }
    }
}

fn letter(text: &[u8], at: Option<usize>) -> bool {
    at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphanumeric)
}

fn word(window: &[u8]) -> u64 {
    window.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn slot(window: u64, bits: u32) -> u64 {
    window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_at_every_place_and_only_whole() {
        let known = Known::default();
        assert!(known.add(b"hunter2!") && !known.add(b"hunter2!") && !known.add(b"short"));
        for before in 0..20 {
            for after in 0..12 {
                let text = format!("{}hunter2!{}", " ".repeat(before), " ".repeat(after));
                let mut found = Vec::new();
                known.find(text.as_bytes(), &mut found);
                assert_eq!(found.iter().map(|hit| (hit.start, hit.end)).collect::<Vec<_>>(), [(before, before + 8)]);
            }
        }
    }

    #[test]
    fn grows_beyond_its_first_bitmap() {
        let known = Known::default();
        for n in 0..3000_u32 {
            known.add(format!("v{n:05}-{:x}", n.wrapping_mul(2_654_435_761)).as_bytes());
        }
        let mut found = Vec::new();
        known.find(format!("x v01234-{:x} y", 1234_u32.wrapping_mul(2_654_435_761)).as_bytes(), &mut found);
        assert_eq!(found.len(), 1);
    }
}
