//! Thousands of short strings searched in one pass: secrets and what announces them, what log lines worth a look hold.
//!
//! An Aho-Corasick automaton over the cluster's Secrets in a dozen encodings would take a hundred megabytes, and it reads a text byte after byte,
//! each step waiting for the last. Here every string is filed under two of its windows, four bytes each, that begin next to each other; of a
//! text every other window is looked up in a bitmap that fits the first-level cache, so that one of the two is met wherever the string
//! stands, and only what passes is compared. Strings are added in place: there is nothing to rebuild, and nothing to build but for a bitmap.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Bytes that a string is filed under.
const WINDOW: usize = 4;
/// 8 KiB of bitmap to begin with: in the first-level cache.
const MIN_BITS: u32 = 16;
const MAX_BITS: u32 = 26;
/// Letters of either case look the same to the bitmap; the comparison decides.
const FOLD: u32 = 0x2020_2020;

/// One string to search for.
#[derive(Debug)]
pub struct Needle<T> {
    /// The string; an empty one is found nowhere.
    pub bytes: Box<[u8]>,
    /// Whether ASCII case is ignored.
    pub any_case: bool,
    /// What it stands for.
    pub what: T,
}

/// Strings, and what each stands for.
#[derive(Debug)]
pub struct Finder<T> {
    needles: Vec<Needle<T>>,
    /// Of one or two bytes; there should be none.
    tiny: Vec<Needle<T>>,
    /// The last string that was filed under a window, by its place in `files`.
    filed: HashMap<u32, u32, BuildHasherDefault<Spread>>,
    /// All of them, each with the one before it under the same window.
    files: Vec<(Filed, Option<u32>)>,
    bitmap: Vec<u64>,
    bits: u32,
}

/// A string, and how far behind its first byte the window begins; -1 is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Filed {
    needle: u32,
    offset: i32,
}

impl<T> Default for Finder<T> {
    fn default() -> Self {
        Self {
            needles: Vec::new(),
            tiny: Vec::new(),
            filed: HashMap::default(),
            files: Vec::new(),
            bitmap: vec![0; 1 << (MIN_BITS - 6)],
            bits: MIN_BITS,
        }
    }
}

impl<T> Finder<T> {
    /// Without a string.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a string.
    pub fn add(&mut self, needle: Needle<T>) {
        let index = self.needles.len() as u32;
        match &*needle.bytes {
            [] => return,
            [_] | [_, _] => return self.tiny.push(needle),
            // Whatever stands before and behind.
            [a, b, c] => (0..=u8::MAX).for_each(|any| {
                self.file(word(&[*a, *b, *c, any]), index, 0);
                self.file(word(&[any, *a, *b, *c]), index, -1);
            }),
            [a, b, c, d] => {
                self.file(word(&[*a, *b, *c, *d]), index, 0);
                (0..=u8::MAX).for_each(|any| self.file(word(&[any, *a, *b, *c]), index, -1));
            }
            long => {
                let offset = rarest(long);
                for (offset, window) in long.windows(WINDOW).enumerate().skip(offset).take(2) {
                    self.file(word(window), index, offset as i32);
                }
            }
        }
        self.needles.push(needle);
        // At most one bit in 32 set: a random window passes the bitmap that seldom.
        while self.filed.len() << 5 > 1 << self.bits && self.bits < MAX_BITS {
            self.bits += 2;
            self.bitmap = vec![0; 1 << (self.bits - 6)];
            let windows: Vec<u32> = self.filed.keys().copied().collect();
            windows.into_iter().for_each(|window| self.mark(window));
        }
    }

    /// Calls `found` with each string that stands in the text and where it starts; in no particular order, each place once.
    pub fn find<'f>(&'f self, text: &[u8], mut found: impl FnMut(usize, &'f Needle<T>)) {
        for needle in &self.tiny {
            text.windows(needle.bytes.len()).enumerate().filter(|(_, part)| same(part, needle)).for_each(|(start, _)| found(start, needle));
        }
        // Where the compiler knows the size of the bitmap, it needs no test of bounds at each byte.
        match self.bits {
            MIN_BITS => self.scan::<MIN_BITS, { 1 << (MIN_BITS - 6) }>(text, &mut found),
            18 => self.scan::<18, { 1 << 12 }>(text, &mut found),
            20 => self.scan::<20, { 1 << 14 }>(text, &mut found),
            22 => self.scan::<22, { 1 << 16 }>(text, &mut found),
            24 => self.scan::<24, { 1 << 18 }>(text, &mut found),
            _ => self.scan::<MAX_BITS, { 1 << (MAX_BITS - 6) }>(text, &mut found),
        }
    }

    fn scan<'f, const BITS: u32, const CELLS: usize>(&'f self, text: &[u8], found: &mut impl FnMut(usize, &'f Needle<T>)) {
        let Ok(bitmap) = <&[u64; CELLS]>::try_from(self.bitmap.as_slice()) else { return };
        let passes = |window: u32| {
            let bit = slot(window, BITS);
            bitmap.get((bit >> 6) as usize).map_or(0, |cell| cell >> (bit & 63) & 1)
        };
        let mut at = 0;
        // Eight bytes hold three windows of every other.
        while let Some(eight) = text.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
            let eight = u64::from_le_bytes(eight) | u64::from(FOLD) << 32 | u64::from(FOLD);
            let passing = [0, 16, 32].map(|shift| passes((eight >> shift) as u32));
            if passing.iter().fold(0, |any, pass| any | pass) != 0 {
                for (place, pass) in passing.iter().enumerate() {
                    if *pass != 0 {
                        self.verify(text, at + 2 * place, (eight >> (16 * place)) as u32, found);
                    }
                }
            }
            at += 6;
        }
        // Blanks after the end: a string of three bytes is filed with whatever follows.
        while let Some(rest) = text.get(at..).filter(|rest| rest.len() >= WINDOW - 1) {
            let mut window = [b' '; WINDOW];
            window.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
            let window = word(&window);
            if passes(window) != 0 {
                self.verify(text, at, window, found);
            }
            at += 2;
        }
    }

    fn verify<'f>(&'f self, text: &[u8], at: usize, window: u32, found: &mut impl FnMut(usize, &'f Needle<T>)) {
        let mut next = self.filed.get(&window).copied();
        while let Some((filed, before)) = next.and_then(|place| self.files.get(place as usize)) {
            next = *before;
            let (Some(needle), Some(start)) = (self.needles.get(filed.needle as usize), at.checked_add_signed(-(filed.offset as isize)))
            else {
                continue;
            };
            if text.get(start..start + needle.bytes.len()).is_some_and(|part| same(part, needle)) {
                found(start, needle);
            }
        }
    }

    fn file(&mut self, window: u32, needle: u32, offset: i32) {
        let (this, place) = (Filed { needle, offset }, self.files.len() as u32);
        let before = self.filed.get(&window).copied();
        // Case is folded: a window may come twice.
        if before.and_then(|before| self.files.get(before as usize)).is_none_or(|(filed, _)| *filed != this) {
            self.files.push((this, before));
            self.filed.insert(window, place);
            self.mark(window);
        }
    }

    fn mark(&mut self, window: u32) {
        let bit = slot(window, self.bits);
        if let Some(cell) = self.bitmap.get_mut((bit >> 6) as usize) {
            *cell |= 1 << (bit & 63);
        }
    }
}

fn same<T>(part: &[u8], needle: &Needle<T>) -> bool {
    if needle.any_case { part.eq_ignore_ascii_case(&needle.bytes) } else { *part == *needle.bytes }
}

fn word(window: &[u8]) -> u32 {
    window.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)) | FOLD
}

fn slot(window: u32, bits: u32) -> u32 {
    ((u64::from(window) * 0x9e37_79b9) as u32) >> (32 - bits)
}

/// Where the first of the two windows starts that stand in the fewest texts: pieces of common words make bad addresses.
fn rarest(bytes: &[u8]) -> usize {
    const WEIGHTS: [u8; 256] = {
        let mut weights = [6; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            weights[byte as usize] = match byte {
                b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'-' | b'/' | b'.' | b'0' | b'1' | b'2' => 0,
                b'a'..=b'z' | b'3'..=b'9' | b' ' | b'"' | b':' => 3,
                b'A'..=b'Z' => 4,
                _ => 5,
            };
            byte += 1;
        }
        weights
    };
    let score = |window: &[u8]| match window {
        [a, b, c, d] => {
            let same = u8::from(a == b) + u8::from(b == c) + u8::from(c == d) + u8::from(a == c) + u8::from(b == d);
            [a, b, c, d].into_iter().map(|byte| WEIGHTS[usize::from(*byte)]).sum::<u8>() + 20 - 4 * same
        }
        _ => 0,
    };
    let both = |pair: &[u8]| score(pair.get(..WINDOW).unwrap_or_default()) + score(pair.get(1..).unwrap_or_default());
    bytes.windows(WINDOW + 1).enumerate().max_by_key(|(at, pair)| (both(pair), *at)).map_or(0, |(at, _)| at)
}

/// Multiplication spreads a window well enough; a keyed hash would cost more than the comparison it saves.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0 ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(strings: &[(&str, bool)]) -> Finder<usize> {
        let mut finder = Finder::new();
        for (what, (string, any_case)) in strings.iter().enumerate() {
            finder.add(Needle { bytes: string.as_bytes().into(), any_case: *any_case, what });
        }
        finder
    }

    fn found(finder: &Finder<usize>, text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        finder.find(text.as_bytes(), |at, needle| found.push((at, needle.what)));
        found.sort_unstable();
        found
    }

    #[test]
    fn finds_at_every_place() {
        let strings = [("Hunter2!", false), ("token", true), ("SG.", false), ("Ab", true), ("\u{e9}", false), ("", true), ("Pass", true)];
        let finder = finder(&strings);
        for before in 0..20 {
            for after in 0..12 {
                for (text, what) in [("Hunter2!", 0), ("ToKeN", 1), ("SG.", 2), ("aB", 3), ("\u{e9}", 4), ("pASS", 6)] {
                    for blank in ["\u{7f}", "\u{142}", "."] {
                        let text = format!("{}{text}{}", " ".repeat(before), blank.repeat(after));
                        assert_eq!(found(&finder, &text), [(before, what)], "{text:?}");
                    }
                }
            }
        }
        assert!(found(&finder, "hunter2! tok en sg.").is_empty());
    }

    #[test]
    fn finds_with_a_bitmap_of_any_size() {
        for bits in (MIN_BITS..=MAX_BITS).step_by(2) {
            let mut finder = Finder { bits, bitmap: vec![0; 1 << (bits - 6)], ..Finder::new() };
            finder.add(Needle { bytes: b"Hunter2!"[..].into(), any_case: false, what: 7 });
            assert_eq!(found(&finder, "x Hunter2! y"), [(2, 7)], "{bits}");
        }
    }

    #[test]
    fn grows_beyond_its_first_bitmap() {
        let strings: Vec<String> = (0..5000_u32).map(|n| format!("v{n:05}-{:x}", n.wrapping_mul(2_654_435_761))).collect();
        let finder = finder(&strings.iter().map(|string| (string.as_str(), false)).collect::<Vec<_>>());
        for string in &strings {
            assert!(!found(&finder, &format!("x {string} y")).is_empty());
        }
    }
}
