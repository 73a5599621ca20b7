//! What a word is, for the index and for queries alike: a run of letters, digits and `_`, in lower case, cut at 64 bytes.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Longest word that is told from others with the same beginning.
pub(crate) const LONGEST: usize = 64;

/// Whether a byte belongs to a word. Bytes of other scripts do, all of them: letters are not told from signs there.
pub(crate) const fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// [`in_word`] of every byte.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = in_word(byte as u8);
        byte += 1;
    }
    table
};

/// The words of a text, where they stand, as they stand.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !in_word(c as u8)).filter(|word| !word.is_empty())
}

/// A word as the index holds it.
pub(crate) fn normal(word: &str) -> String {
    cut(word).to_ascii_lowercase()
}

fn cut(word: &str) -> &str {
    let mut end = word.len().min(LONGEST);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.get(..end).unwrap_or(word)
}

/// Gives tantivy each word of a block once. Nothing is allocated for a word: what is seen stands in a table of places in the text.
#[derive(Clone, Default)]
pub(crate) struct Words {
    token: Token,
    /// The block in lower case.
    text: String,
    /// Each word once: where it begins and ends in the text.
    words: Vec<(u32, u32)>,
    /// Open addressing, a power of two: hash, and one more than the place in `words`; 0 is free.
    table: Vec<(u32, u32)>,
    progress: Arc<Progress>,
}

/// How many texts tantivy's threads have taken apart. Tantivy lets ten thousand documents wait for them, which is a gigabyte of blocks: whoever
/// gives it documents waits here instead.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    taken: Mutex<u64>,
    moved: Condvar,
}

impl Progress {
    fn one_more(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.moved.notify_all();
    }

    /// Waits until at least so many are taken; not for ever, since a thread that has ended takes none, and tantivy says so when it is asked.
    pub(crate) fn wait_for(&self, texts: u64) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.moved.wait_timeout_while(taken, Duration::from_secs(2), |taken| *taken < texts));
    }
}

/// The words of one block.
pub(crate) struct Stream<'a> {
    token: &'a mut Token,
    text: &'a str,
    words: std::slice::Iter<'a, (u32, u32)>,
}

impl Words {
    /// Words that tell how far they are.
    pub(crate) fn with(progress: &Arc<Progress>) -> Self {
        Self { progress: Arc::clone(progress), ..Self::default() }
    }

    /// Takes the words of a text apart.
    fn take(&mut self, text: &str) {
        self.progress.one_more();
        self.text.clear();
        self.text.push_str(text);
        self.text.make_ascii_lowercase();
        self.words.clear();
        self.table.clear();
        self.table.resize(1 << 10, (0, 0));
        let text = std::mem::take(&mut self.text);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(skip) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| IN_WORD[usize::from(b)])) {
            let start = at + skip;
            // FNV-1a: words are short, and nobody gains by making them collide inside one block.
            let mut hash = 0x811c_9dc5_u32;
            at = start;
            while let Some(&byte) = bytes.get(at).filter(|&&b| IN_WORD[usize::from(b)]) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
                at += 1;
            }
            self.add(&text, start, at, hash);
        }
        self.text = text;
    }

    fn add(&mut self, text: &str, start: usize, end: usize, hash: u32) {
        let word = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
        let short = cut(text.get(start..end).unwrap_or_default());
        let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(start + short.len())) else { return };
        if self.words.len() * 2 >= self.table.len() {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut slot = spread(hash) & mask;
        while let Some(&(known, place)) = self.table.get(slot).filter(|(_, place)| *place != 0) {
            if known == hash && self.words.get(place as usize - 1).is_some_and(|&(from, to)| word(from, to) == short) {
                return;
            }
            slot = (slot + 1) & mask;
        }
        self.words.push((from, to));
        if let (Some(free), Ok(place)) = (self.table.get_mut(slot), u32::try_from(self.words.len())) {
            *free = (hash, place);
        }
    }

    fn grow(&mut self) {
        let larger = vec![(0, 0); self.table.len() * 2];
        let mask = larger.len() - 1;
        for entry in std::mem::replace(&mut self.table, larger).into_iter().filter(|(_, place)| *place != 0) {
            let mut slot = spread(entry.0) & mask;
            while self.table.get(slot).is_some_and(|(_, place)| *place != 0) {
                slot = (slot + 1) & mask;
            }
            if let Some(free) = self.table.get_mut(slot) {
                *free = entry;
            }
        }
    }
}

/// The upper bits of FNV's product are its better ones.
fn spread(hash: u32) -> usize {
    (hash ^ (hash >> 15)) as usize
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.take(text);
        Stream { token: &mut self.token, text: &self.text, words: self.words.iter() }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(&(from, to)) = self.words.next() else { return false };
        self.token.text.clear();
        self.token.text.push_str(self.text.get(from as usize..to as usize).unwrap_or_default());
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(words: &mut Words, text: &str) -> Vec<String> {
        let mut stream = words.token_stream(text);
        let mut all = Vec::new();
        while stream.advance() {
            all.push(stream.token().text.clone());
        }
        all
    }

    #[test]
    fn words_are_runs_in_lower_case_each_once() {
        let mut words = Words::default();
        let all = of(&mut words, "Failed: 10.0.0.1:27017 failed; user_name=Ünal");
        assert_eq!(all, ["failed", "10", "0", "1", "27017", "user_name", "Ünal"]);
        assert!(of(&mut words, " -- ").is_empty(), "nothing is left of the last text");
    }

    #[test]
    fn what_the_index_holds_is_what_a_query_asks_for() {
        let long = "x".repeat(LONGEST - 1) + "äöü";
        let text: String = (0..20_000).map(|i: u32| format!("Word_{i} {:x}\t{long} É{i}\n", i.wrapping_mul(2_654_435_761))).collect();
        let all = of(&mut Words::default(), &text);
        let wanted: HashSet<String> = spans(&text).map(normal).collect();
        assert_eq!(all.len(), wanted.len(), "each once");
        assert_eq!(all.into_iter().collect::<HashSet<_>>(), wanted);
    }
}
