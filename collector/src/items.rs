//! Takes the objects out of a list while it is still arriving, so that memory depends on the largest object and not on the page.
//!
//! A list is `{"kind": …, "metadata": {…}, "items": [{…}, {…}]}`. This is a scanner, not a parser: it finds where each item begins and ends;
//! an item that is not JSON is the caller's to count, and a list that breaks off has given everything up to there.

/// Objects larger than this are skipped and counted: etcd holds 1.5 MB at most, only an aggregated API could send more.
pub(crate) const LARGEST_ITEM: usize = 16 << 20;
/// Other top-level values (`metadata`, `kind`) are small.
const LARGEST_FIELD: usize = 1 << 20;

/// What the scanner found so far outside of the items.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    /// The list's `metadata`, as it stood there.
    pub(crate) metadata: Vec<u8>,
    /// Items that were larger than [`LARGEST_ITEM`].
    pub(crate) oversized: u64,
    /// Whether the closing brace has been seen.
    pub(crate) complete: bool,
}

/// The scanner.
#[derive(Debug)]
pub(crate) struct Splitter {
    place: Place,
    value: Value,
    key: Vec<u8>,
    buffer: Vec<u8>,
    overflow: bool,
    rest: Rest,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    BeforeKey,
    Key,
    AfterKey,
    BeforeField,
    Field,
    BetweenItems,
    Item,
    End,
}

/// Where we are within one JSON value.
#[derive(Debug, Default)]
struct Value {
    depth: u32,
    in_string: bool,
    escaped: bool,
    scalar: bool,
}

/// The answer was not a JSON list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAList;

impl Splitter {
    /// A scanner at the beginning of an answer.
    pub(crate) fn new() -> Self {
        Self { place: Place::Start, value: Value::default(), key: Vec::new(), buffer: Vec::new(), overflow: false, rest: Rest::default() }
    }

    /// Takes the next piece and hands out every item that ends in it.
    pub(crate) fn push(&mut self, mut piece: &[u8], on_item: &mut dyn FnMut(&[u8])) -> Result<(), NotAList> {
        while let Some(&byte) = piece.first() {
            match self.place {
                Place::Field | Place::Item => {
                    piece = self.within_value(piece, on_item);
                    continue;
                }
                Place::Key if byte == b'"' => self.place = Place::AfterKey,
                Place::Key => {
                    if self.key.len() > 256 {
                        return Err(NotAList);
                    }
                    self.key.push(byte);
                }
                _ if byte.is_ascii_whitespace() => {}
                Place::Start if byte == b'{' => self.place = Place::BeforeKey,
                Place::BeforeKey => match byte {
                    b',' => {}
                    b'"' => {
                        self.key.clear();
                        self.place = Place::Key;
                    }
                    b'}' => {
                        self.place = Place::End;
                        self.rest.complete = true;
                    }
                    _ => return Err(NotAList),
                },
                Place::AfterKey if byte == b':' => self.place = Place::BeforeField,
                Place::BeforeField if byte == b'[' && self.key == b"items" => self.place = Place::BetweenItems,
                Place::BeforeField => {
                    self.begin(Place::Field);
                    continue;
                }
                Place::BetweenItems => match byte {
                    b',' => {}
                    b']' => self.place = Place::BeforeKey,
                    _ => {
                        self.begin(Place::Item);
                        continue;
                    }
                },
                Place::End => {}
                Place::Start | Place::AfterKey => return Err(NotAList),
            }
            piece = &piece[1..];
        }
        Ok(())
    }

    /// What was found besides the items.
    pub(crate) fn rest(self) -> Rest {
        self.rest
    }

    fn begin(&mut self, place: Place) {
        self.place = place;
        self.value = Value::default();
        self.buffer.clear();
        self.overflow = false;
    }

    /// Consumes bytes of the value at hand and returns what follows it.
    fn within_value<'a>(&mut self, piece: &'a [u8], on_item: &mut dyn FnMut(&[u8])) -> &'a [u8] {
        let (taken, done) = self.value.scan(piece);
        let cap = if self.place == Place::Item { LARGEST_ITEM } else { LARGEST_FIELD };
        self.overflow |= self.buffer.len() + taken > cap;
        if !self.overflow {
            self.buffer.extend_from_slice(&piece[..taken]);
        }
        if done {
            if self.place == Place::Item {
                if self.overflow {
                    self.rest.oversized += 1;
                } else {
                    on_item(&self.buffer);
                }
                self.place = Place::BetweenItems;
            } else {
                if self.key == b"metadata" && !self.overflow {
                    self.rest.metadata = std::mem::take(&mut self.buffer);
                }
                self.place = Place::BeforeKey;
            }
        }
        &piece[taken..]
    }
}

impl Value {
    /// How many bytes of `piece` belong to this value, and whether it ends there.
    fn scan(&mut self, piece: &[u8]) -> (usize, bool) {
        let mut index = 0;
        while index < piece.len() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    index += 1;
                    continue;
                }
                // Most of an object is the inside of strings: skip through it.
                let Some(offset) = memchr::memchr2(b'"', b'\\', &piece[index..]) else { return (piece.len(), false) };
                index += offset + 1;
                if piece[index - 1] == b'\\' {
                    self.escaped = true;
                } else {
                    self.in_string = false;
                    if self.depth == 0 {
                        return (index, true);
                    }
                }
                continue;
            }
            match piece[index] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                // At depth 0 a closing or separating byte ends a bare scalar and belongs to what is around it.
                b'}' | b']' | b',' if self.depth == 0 => return (index, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (index + 1, true);
                    }
                }
                byte if self.depth == 0 && self.scalar && byte.is_ascii_whitespace() => return (index, true),
                _ => self.scalar = true,
            }
            index += 1;
        }
        (index, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8], step: usize) -> (Vec<String>, Result<Rest, NotAList>) {
        let mut splitter = Splitter::new();
        let mut items = Vec::new();
        for piece in text.chunks(step) {
            let pushed = splitter.push(piece, &mut |item| items.push(String::from_utf8_lossy(item).into_owned()));
            if let Err(error) = pushed {
                return (items, Err(error));
            }
        }
        (items, Ok(splitter.rest()))
    }

    #[test]
    fn items_come_out_whole_however_the_answer_is_cut_into_pieces() {
        let text = br#" {"kind":"PodList","metadata":{"continue":"a]}\"b","n":[1,{"x":null}]},"items":[{"a":"}]\\\"{"}, {"b":[[],{}]},null ,3,"s,\"]"],"z":true}"#;
        for step in 1..text.len() {
            let (items, rest) = split(text, step);
            assert_eq!(items, [r#"{"a":"}]\\\"{"}"#, r#"{"b":[[],{}]}"#, "null", "3", r#""s,\"]""#], "step {step}");
            let rest = rest.unwrap();
            assert!(rest.complete);
            assert_eq!(rest.metadata, br#"{"continue":"a]}\"b","n":[1,{"x":null}]}"#);
        }
    }

    #[test]
    fn a_list_that_breaks_off_gives_what_it_had() {
        let (items, rest) = split(br#"{"items":[{"a":1},{"b":"#, 5);
        assert_eq!(items, [r#"{"a":1}"#]);
        assert!(!rest.unwrap().complete);
    }

    #[test]
    fn empty_and_null_lists_and_things_that_are_no_lists() {
        assert!(split(br#"{"items":null,"metadata":{}}"#, 3).1.unwrap().complete);
        assert!(split(br#"{"items":[],"metadata":{}}"#, 3).1.unwrap().complete);
        assert_eq!(split(b"<html>", 2).1.unwrap_err(), NotAList);
        assert_eq!(split(b"[1]", 2).1.unwrap_err(), NotAList);
    }

    #[test]
    fn an_item_beyond_the_cap_is_skipped_and_counted() {
        let mut text = br#"{"items":[{"a":""#.to_vec();
        text.resize(text.len() + LARGEST_ITEM, b'x');
        text.extend_from_slice(br#""},{"b":1}]}"#);
        let (items, rest) = split(&text, 1 << 16);
        assert_eq!(items, [r#"{"b":1}"#]);
        assert_eq!(rest.unwrap().oversized, 1);
    }
}
