//! What differs between copies of a line becomes `<*>`: numbers, ids, addresses, times, paths' numbered parts, quoted names.
//! Values that a line begins with (its own time, a process) are left out.
//!
//! One walk serves two sinks: [`struct@Hash`], which every line goes through and which allocates nothing, and [`Text`], which
//! writes the pattern out once. Two lines with the same text have the same hash. Where words end and which of them have digits is told
//! for 64 bytes at a time, and what is put of words and of marks between them goes two ways, so that little waits for what came before it.

use memchr::{memchr, memmem};

/// Longest pattern, in bytes; what follows does not tell lines apart.
const PATTERN_LIMIT: usize = 240;
/// Longest quoted name that is masked.
const QUOTE_LIMIT: usize = 120;
/// Keys whose quoted value says what happened, and is therefore kept: `level="error"`.
const TELLING: [&[u8]; 11] = [b"msg", b"message", b"err", b"error", b"level", b"lvl", b"severity", b"reason", b"event", b"method", b"verb"];

/// Where a walk puts what it keeps.
pub(super) trait Sink {
    /// A state to return to.
    type State: Copy;
    /// Takes up to eight bytes of a word, the first in the lowest place.
    fn word(&mut self, bytes: u64, length: usize);
    /// Takes a mark or a blank.
    fn mark(&mut self, byte: u8);
    /// The present state.
    fn state(&self) -> Self::State;
    /// Returns to a former state.
    fn rewind(&mut self, state: Self::State);
}

/// A pattern's identity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hash {
    words: u64,
    marks: u64,
    /// Pieces of words so far: where a mark stands.
    place: u64,
}

impl Hash {
    /// The identity of a line, or of a stack trace.
    pub(super) fn new(is_trace: bool) -> Self {
        Self { words: u64::from(is_trace), marks: 0, place: 0 }
    }

    /// The identity of what was put.
    pub(super) fn finish(&self) -> u64 {
        let both = step(self.words, self.marks);
        // The product's low bits know only the words' low bits.
        (both ^ (both >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

fn step(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

impl Sink for Hash {
    type State = Self;

    fn word(&mut self, bytes: u64, _: usize) {
        self.words = step(self.words, bytes);
        self.place += 1 << 8;
    }

    fn mark(&mut self, byte: u8) {
        self.marks = step(self.marks, self.place | u64::from(byte));
    }

    fn state(&self) -> Self {
        *self
    }

    fn rewind(&mut self, state: Self) {
        *self = state;
    }
}

/// A pattern's words.
#[derive(Debug, Default)]
pub(super) struct Text(Vec<u8>);

impl Text {
    /// The pattern.
    pub(super) fn finish(self) -> String {
        String::from_utf8_lossy(&self.0).trim_end().to_owned()
    }
}

impl Sink for Text {
    type State = usize;

    fn word(&mut self, bytes: u64, length: usize) {
        self.0.extend(bytes.to_le_bytes().iter().take(length));
    }

    fn mark(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn state(&self) -> usize {
        self.0.len()
    }

    fn rewind(&mut self, state: usize) {
        self.0.truncate(state);
    }
}

/// Puts a line's pattern.
pub(super) fn walk(line: &[u8], sink: &mut impl Sink) {
    let text = line.trim_ascii();
    let mut classes = Classes::new(text);
    let (mut at, mut put, mut blank) = (0, 0, true);
    // The state after the last variable, as long as only marks that join the parts of an address or time came since.
    let mut joined = None;
    // Whether nothing but values was put, bare or in brackets.
    let (beginning, mut only_values) = (sink.state(), true);
    while let Some(&byte) = text.get(at) {
        if put >= PATTERN_LIMIT {
            sink.word(u64::from_le_bytes(*b"\xe2\x80\xa6\0\0\0\0\0"), "…".len());
            break;
        }
        if MARKS[usize::from(byte)] {
            if byte <= b' ' {
                at += escape(text, at);
                if only_values && put > 0 {
                    sink.rewind(beginning);
                    (joined, put, blank) = (None, 0, true);
                }
                if !blank {
                    sink.mark(b' ');
                    put += 1;
                    blank = true;
                }
                continue;
            }
            // An escaped quote of a JSON string is a quote.
            if byte == b'\\' && text.get(at + 1) == Some(&b'"') {
                at += 1;
                continue;
            }
            if let Some(end) = quoted_name(text, at) {
                variable(sink, &mut joined, &mut put);
                (at, blank) = (end, false);
                continue;
            }
            if !matches!(byte, b':' | b'/' | b',' | b'@') {
                joined = None;
            }
            only_values &= matches!(byte, b'[' | b']' | b'(' | b')') || joined.is_some();
            sink.mark(byte);
            (at, put, blank) = (at + 1, put + 1, false);
            continue;
        }
        let (end, has_digits) = classes.word(at);
        let word = text.get(at..end).unwrap_or_default();
        blank = false;
        if has_digits && !is_status(text, at, word) || is_hex(word) {
            variable(sink, &mut joined, &mut put);
        } else {
            (joined, only_values) = (None, false);
            for from in (at..end).step_by(8) {
                let length = (end - from).min(8);
                sink.word(u64::from_le_bytes(chunk(text, from)) & (u64::MAX >> (64 - 8 * length)), length);
            }
            put += word.len();
        }
        at = end;
    }
}

/// So many bytes from a place on; behind the end of the text there are zeros.
fn chunk<const LENGTH: usize>(text: &[u8], at: usize) -> [u8; LENGTH] {
    let rest = text.get(at..).unwrap_or_default();
    rest.first_chunk().copied().unwrap_or_else(|| {
        let mut padded = [0; LENGTH];
        padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        padded
    })
}

/// Whether a word could be an id in hex digits of which none is a number.
fn is_hex(word: &[u8]) -> bool {
    word.len() >= 8 && word.iter().all(|b| matches!(b | 0x20, b'a'..=b'f' | b'-'))
}

/// Puts `<*>`, in place of what stood since the last one if the two are parts of one value.
fn variable<S: Sink>(sink: &mut S, joined: &mut Option<(S::State, usize)>, put: &mut usize) {
    if let Some((state, length)) = *joined {
        sink.rewind(state);
        *put = length;
        return;
    }
    sink.word(u64::from_le_bytes(*b"<*>\0\0\0\0\0"), 3);
    *put += 3;
    *joined = Some((sink.state(), *put));
}

/// Bytes that are of no word: blanks, quotes, brackets, and what stands between the parts of a path, an address or a list.
const MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        marks[byte] = matches!(byte as u8, 0..=b'"' | b'\''..=b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{'..=b'}');
        byte += 1;
    }
    marks
};

/// Where marks and digits stand in 64 bytes of a text, a bit each; behind its end there are marks.
struct Classes<'a> {
    text: &'a [u8],
    base: usize,
    marks: u64,
    digits: u64,
}

/// Bytes that are judged at once.
const BLOCK: usize = u64::BITS as usize;

impl<'a> Classes<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut classes = Self { text, base: 0, marks: 0, digits: 0 };
        classes.load(0);
        classes
    }

    fn load(&mut self, base: usize) {
        self.base = base;
        (self.marks, self.digits) = classes(&chunk(self.text, base));
    }

    /// The end of the word that begins here, behind all former ones, and whether it has a digit.
    fn word(&mut self, at: usize) -> (usize, bool) {
        let (mut at, mut has_digits) = (at, false);
        loop {
            if at - self.base >= BLOCK {
                self.load(at);
            }
            let from = at - self.base;
            let (marks, digits) = (self.marks >> from, self.digits >> from);
            if marks != 0 {
                let length = marks.trailing_zeros();
                return (at + length as usize, has_digits | (digits & ((1 << length) - 1) != 0));
            }
            has_digits |= digits != 0;
            at = self.base + BLOCK;
        }
    }
}

/// As in [`MARKS`], and which bytes are digits. Compares and multiplies, so that no byte waits for another: the compiler makes vectors of
/// it, which it could not of a table.
fn classes(block: &[u8; BLOCK]) -> (u64, u64) {
    let between = |byte: u8, from: u8, to: u8| byte.wrapping_sub(from) <= to - from;
    let marks = block.map(|byte| {
        let brackets = between(byte, b'[', b']') | between(byte, b'{', b'}');
        u8::from((byte <= b'"') | between(byte, b'\'', b')') | (byte == b',') | (byte == b'/') | between(byte, b':', b'@') | brackets)
    });
    (bits(&marks), bits(&block.map(|byte| u8::from(between(byte, b'0', b'9')))))
}

/// The lowest bit of each byte, side by side.
fn bits(bytes: &[u8; BLOCK]) -> u64 {
    let eights = bytes.as_chunks().0.iter().enumerate();
    eights.fold(0, |mask, (place, eight)| mask | (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * place))
}

/// Length of a blank, or of an escape sequence that colours a terminal.
fn escape(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        [0x1b, b'[', rest @ ..] => 2 + rest.iter().take(16).take_while(|b| !b.is_ascii_alphabetic()).count() + 1,
        _ => 1,
    }
}

/// The end of a name in quotes that begins here: one word that is not a key, and not the value of a [`TELLING`] one.
/// Quotes around several words are speech, and walked as such.
fn quoted_name(text: &[u8], at: usize) -> Option<usize> {
    let quote = *text.get(at).filter(|b| matches!(b, b'"' | b'\''))?;
    let before = text.get(..at)?;
    if before.last().is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80) {
        return None;
    }
    let inside = text.get(at + 1..)?;
    let inside = inside.get(..inside.len().min(QUOTE_LIMIT))?;
    let length = memchr(quote, inside).filter(|&length| length > 0)?;
    let (name, after) = (inside.get(..length)?, text.get(at + length + 2));
    let is_key = after == Some(&b':') && matches!(before.last(), Some(b'{' | b',' | b' '));
    let is_speech = name.contains(&b' ') || after.is_some_and(u8::is_ascii_alphanumeric);
    (!is_key && !is_speech && !TELLING.contains(&key_before(before))).then_some(at + length + 2)
}

/// The key before `=` or `:`, if the text ends with one.
fn key_before(before: &[u8]) -> &[u8] {
    let Some((b'=' | b':', key)) = before.split_last() else { return b"" };
    let key = key.strip_suffix(b"\"").unwrap_or(key);
    let start = key.iter().rposition(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))).map_or(0, |i| i + 1);
    key.get(start..).unwrap_or_default()
}

/// Whether a word is the status of a request: three digits after the quoted request, or of a key that says so.
fn is_status(text: &[u8], start: usize, word: &[u8]) -> bool {
    if word.len() != 3 || !word.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let before = text.get(..start).unwrap_or_default();
    if let Some(request) = before.strip_suffix(b"\" ") {
        let start = request.iter().rposition(|b| *b == b'"').unwrap_or(request.len());
        return memmem::find(request.get(start..).unwrap_or_default(), b" HTTP/").is_some();
    }
    let key = key_before(before.trim_ascii_end());
    let ends =
        |with: &[u8]| key.len().checked_sub(with.len()).and_then(|at| key.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(with));
    ends(b"status") || ends(b"code")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(line: impl AsRef<[u8]>) -> String {
        let mut text = Text::default();
        walk(line.as_ref(), &mut text);
        text.finish()
    }

    fn hash(line: &[u8]) -> u64 {
        let mut hash = Hash::new(false);
        walk(line, &mut hash);
        hash.finish()
    }

    #[test]
    fn values_are_masked_and_words_stay() {
        for (line, pattern) in [
            (
                "Failed to connect to MongoDB: 10.96.0.50:27017: [Errno 111] Connection refused (pid 17)",
                "Failed to connect to MongoDB: <*>: [Errno <*>] Connection refused (pid <*>)",
            ),
            ("request 6f1c2b9e-8d0a-4c4e-9d1e-0a1b2c3d4e5f done", "request <*> done"),
            ("commit deadbeefcafe of trace 0x7ffe12ab", "commit <*> of trace <*>"),
            ("listening on [::1]:8080 and fe80::1ff:fe23:4567:890a", "listening on [::<*>]:<*> and <*>"),
            ("2026-11-24 03:00:00,123 INFO took 1.5ms, then 2h3m", "INFO took <*>, then <*>"),
            ("2026/11/24 03:00:00 [error] 31#31: *1 connect() failed", "[error] <*> connect() failed"),
            ("KeyError: 'DB_URI'", "KeyError: <*>"),
            ("user \"alice\" isn't in group 'staff', can't go on", "user <*> isn't in group <*>, can't go on"),
            (r#"time="2026-11-24T03:00:00Z" level="error" msg="stopped" user="bob""#, r#"time=<*> level="error" msg="stopped" user=<*>"#),
            (
                r#"E1124 03:00:00.000000       1 controller.go:12] "Reconcile failed" pod="ns/web-1""#,
                r#"controller.go:<*>] "Reconcile failed" pod=<*>"#,
            ),
            (
                r#"10.0.0.9 - - [24/Nov/2026:03:00:00 +0000] "GET /api/v1/users/17 HTTP/1.1" 500 128 "-" "curl/8" 130"#,
                r#"- - [<*>/Nov/<*>] "GET /api/<*>/users/<*> HTTP/<*>" 500 <*>"#,
            ),
            ("status=503 code: 404 took=200", "status=503 code: 404 took=<*>"),
            ("cannot read /var/lib/data/part-0001/segment_9.db", "cannot read /var/lib/data/<*>"),
            ("\x1b[31mERROR\x1b[0m   too   wide", "ERROR too wide"),
            ("{'name': 'web', 'port': 80}", "{'name': <*>, 'port': <*>}"),
            ("[2026-11-24 03:00:00 +0000] [17] [INFO] Booting worker with pid: 17", "[INFO] Booting worker with pid: <*>"),
            ("  trimmed  ", "trimmed"),
        ] {
            assert_eq!(text(line), pattern, "{line}");
        }
        assert_ne!(text("permission denied"), text("connection refused"));
    }

    #[test]
    fn a_long_line_is_told_by_its_beginning() {
        let long = "word ".repeat(200);
        assert!(text(&long).ends_with('…') && text(&long).len() < PATTERN_LIMIT + 12);
        assert_eq!(text(format!("{long} a")), text(format!("{long} b")));
        let values = "1 ".repeat(10_000);
        assert_eq!(hash(format!("{}x", "7".repeat(10_000)).as_bytes()), hash(b"7x"));
        assert!(text(values) == "<*>");
    }

    #[test]
    fn every_byte_is_either_a_mark_or_of_a_word() {
        for byte in 0..=u8::MAX {
            let mark = MARKS[usize::from(byte)];
            let all = |is: bool| if is { u64::MAX } else { 0 };
            assert_eq!(classes(&[byte; BLOCK]), (all(mark), all(byte.is_ascii_digit())), "{byte:#x}");
        }
    }

    proptest! {
        #[test]
        fn the_hash_is_the_texts(a in proptest::collection::vec("[a-c1 \"':=/,é-]{0,12}", 1..4), b in proptest::collection::vec("[a-c1 \"':=/,é-]{0,12}", 1..4)) {
            let (a, b) = (a.concat(), b.concat());
            prop_assert_eq!(text(&a) == text(&b), hash(a.as_bytes()) == hash(b.as_bytes()));
        }

        #[test]
        fn any_bytes_have_a_pattern(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = text(&bytes);
            prop_assert!(text.len() <= 3 * (PATTERN_LIMIT + 16 + bytes.len()));
            prop_assert_eq!(hash(&bytes), hash(&bytes));
        }

        #[test]
        fn numbers_do_not_tell_lines_apart(n in any::<u64>(), m in any::<u64>()) {
            let line = |n: u64| format!("job {n} of 'queue-{n}' at 10.0.0.{}:{n} failed", n % 256);
            prop_assert_eq!(hash(line(n).as_bytes()), hash(line(m).as_bytes()));
        }
    }
}
