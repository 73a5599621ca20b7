//! What a word is, for the index and for queries alike: a run of letters, digits and `_`, in lower case, cut at 64 bytes.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Longest word that is told from others with the same beginning.
pub(crate) const LONGEST: usize = 64;

/// Whether a byte belongs to a word. Bytes of other scripts do, all of them: letters are not told from signs there.
pub(crate) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The words of a text, where they stand, as they stand.
pub(crate) fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !in_word(c as u8)).filter(|word| !word.is_empty())
}

/// A word as the index holds it.
pub(crate) fn normal(word: &str) -> String {
    let mut end = word.len().min(LONGEST);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.get(..end).unwrap_or(word).to_ascii_lowercase()
}

/// FNV-1a: words are short, and nobody gains by making them collide inside one block.
#[derive(Default, Clone)]
pub(crate) struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Gives tantivy each word of a block once.
#[derive(Clone, Default)]
pub(crate) struct Words {
    token: Token,
    seen: HashSet<String, BuildHasherDefault<Fnv>>,
    words: Vec<String>,
}

/// The words of one block.
pub(crate) struct Stream<'a> {
    token: &'a mut Token,
    words: std::vec::Drain<'a, String>,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.seen.clear();
        self.words.clear();
        for word in spans(text) {
            let word = normal(word);
            if !self.seen.contains(&word) {
                self.seen.insert(word.clone());
                self.words.push(word);
            }
        }
        Stream { token: &mut self.token, words: self.words.drain(..) }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        match self.words.next() {
            Some(word) => {
                self.token.text = word;
                self.token.position = self.token.position.wrapping_add(1);
                true
            }
            None => false,
        }
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

    #[test]
    fn words_are_runs_in_lower_case_each_once() {
        let mut words = Words::default();
        let mut stream = words.token_stream("Failed: 10.0.0.1:27017 failed; user_name=Ünal");
        let mut all = Vec::new();
        while stream.advance() {
            all.push(stream.token().text.clone());
        }
        assert_eq!(all, ["failed", "10", "0", "1", "27017", "user_name", "Ünal"]);
    }
}
