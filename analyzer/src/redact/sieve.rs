//! Takes documents out of text: what `kubectl get -o yaml` printed into a transcript, the lists of a `cluster-info dump`, a Secret that was
//! pasted. A document is redacted by its structure; what surrounds it is text.
//!
//! A line opens a document when it can be the first of one: a lone bracket, or a field that objects begin with. It ends where the
//! indentation says so. What turns out to be none is text again; what names a Secret and cannot be read is not passed on.

use memchr::memmem;
use serde_json::Value;

/// Longest document that is held.
const HELD_BYTES: usize = 64 << 20;

/// Fields with which an object in YAML begins.
const FIRST_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "data", "stringData", "type", "immutable"];

/// A piece of a text.
pub(super) enum Piece<'a> {
    /// Whole lines that are no document.
    Text(&'a [u8]),
    /// Documents that stand so far from the left, and how they were written.
    Documents { values: Vec<Value>, indent: usize, written: &'a [u8] },
    /// So many lines name a Secret, and cannot be read.
    Unreadable { lines: usize },
}

/// A document whose end has not come.
#[derive(Clone, Copy)]
enum Open {
    Json { indent: usize },
    Yaml { indent: usize },
}

/// One text on its way.
#[derive(Default)]
pub(super) struct Sieve {
    open: Option<Open>,
    held: Vec<u8>,
}

impl Sieve {
    /// Takes whole lines.
    pub(super) fn push(&mut self, lines: &[u8], give: &mut impl FnMut(Piece<'_>)) {
        let (mut run, mut at) = (0, 0);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let next = at + line.len();
            if let Some(open) = self.open {
                run = next;
                if self.belongs(open, line, give) {
                    at = next;
                    continue;
                }
                run = at;
            }
            if let Some(open) = opens(line) {
                text(lines.get(run..at).unwrap_or_default(), give);
                self.open = Some(open);
                self.held.extend_from_slice(line);
                run = next;
            } else if matches!(line.first(), Some(b'{' | b'[')) && names_secret(line) {
                text(lines.get(run..at).unwrap_or_default(), give);
                document(line, 0, give);
                run = next;
            }
            at = next;
        }
        text(lines.get(run..).unwrap_or_default(), give);
    }

    /// The end of the text.
    pub(super) fn finish(&mut self, give: &mut impl FnMut(Piece<'_>)) {
        if let Some(Open::Json { indent } | Open::Yaml { indent }) = self.open.take() {
            document(&std::mem::take(&mut self.held), indent, give);
        }
    }

    /// Takes a line into the open document; `false` when the document ended before it.
    fn belongs(&mut self, open: Open, line: &[u8], give: &mut impl FnMut(Piece<'_>)) -> bool {
        let (own, words) = split(line);
        let (taken, ends) = match open {
            Open::Json { indent } => {
                let closes = own == indent && matches!(words, b"}" | b"]");
                (closes || own > indent && !words.is_empty(), closes)
            }
            Open::Yaml { indent } => {
                let first = self.held.split(|byte| *byte == b'\n').next().unwrap_or_default();
                let again = own == indent && field(words).is_some() && field(words) == field(split(first).1);
                let beside = own == indent && !again && (words.starts_with(b"- ") || words.starts_with(b"#") || field(words).is_some());
                (words.is_empty() || own > indent || beside, false)
            }
        };
        let full = self.held.len() + line.len() > HELD_BYTES;
        if taken && !full {
            self.held.extend_from_slice(line);
        }
        if !taken || ends || full {
            self.finish(give);
        }
        taken && !full
    }
}

fn text(lines: &[u8], give: &mut impl FnMut(Piece<'_>)) {
    if !lines.is_empty() {
        give(Piece::Text(lines));
    }
}

/// What was held, as what it is.
fn document(written: &[u8], indent: usize, give: &mut impl FnMut(Piece<'_>)) {
    let told = [&b"kind"[..], b"Kind", b"metadata", b"data"].iter().any(|word| memmem::find(written, word).is_some());
    let parsed = if told { tarbox_load::documents("text", &dedented(written, indent)).ok() } else { None };
    match parsed {
        Some((values, None)) if values.iter().all(|value| value.is_object() || value.is_array()) => {
            give(Piece::Documents { values, indent, written });
        }
        _ if names_secret(written) => give(Piece::Unreadable { lines: written.split_inclusive(|b| *b == b'\n').count() }),
        _ => give(Piece::Text(written)),
    }
}

/// Whether a text speaks of a Secret as one that is written out, in JSON, YAML or Go's names, escaped or not.
pub(super) fn names_secret(text: &[u8]) -> bool {
    if !["ecret", "Opaque", "kubernetes.io/", "helm.sh/"].iter().any(|word| memmem::find(text, word.as_bytes()).is_some()) {
        return false;
    }
    let bare: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b' ' | b'"' | b'\'' | b'\\' | b'\t')).collect();
    ["kind:Secret", "Kind:Secret", "type:Opaque", "type:kubernetes.io/", "type:helm.sh/", "type:bootstrap.kubernetes.io/", "secretExists:"]
        .iter()
        .any(|mark| memmem::find(&bare, mark.as_bytes()).is_some())
}

/// Whether a line can be the first of a document.
fn opens(line: &[u8]) -> Option<Open> {
    let (indent, words) = split(line);
    match words {
        b"{" | b"[" => return Some(Open::Json { indent }),
        _ => {}
    }
    let words = words.strip_prefix(b"- ").unwrap_or(words);
    let name = field(words)?;
    FIRST_FIELDS.iter().any(|first| first.as_bytes() == name).then_some(Open::Yaml { indent })
}

/// How far a line is from the left, and what it says.
fn split(line: &[u8]) -> (usize, &[u8]) {
    let line = line.trim_ascii_end();
    let words = line.trim_ascii_start();
    (line.len() - words.len(), words)
}

/// The name of the field with which a line of YAML begins.
fn field(words: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', words)?;
    let name = words.get(..colon)?;
    let plain = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'/' | b'"' | b'\''));
    (plain && !name.is_empty() && matches!(words.get(colon + 1), None | Some(b' '))).then_some(name)
}

/// A text moved to the left.
fn dedented(text: &[u8], indent: usize) -> String {
    let text = String::from_utf8_lossy(text);
    if indent == 0 {
        return text.into_owned();
    }
    let blank = |line: &str| line.bytes().take(indent).take_while(|b| matches!(b, b' ' | b'\t')).count();
    text.split_inclusive('\n').map(|line| line.get(blank(line)..).unwrap_or(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text is made of, in words.
    fn pieces(text: &str, step: usize) -> Vec<String> {
        let (mut sieve, mut found) = (Sieve::default(), Vec::<String>::new());
        let mut note = |piece: Piece<'_>| match piece {
            // Where a run of text is cut is of no interest.
            Piece::Text(lines) => match found.last_mut().filter(|last| last.starts_with("text ")) {
                Some(last) => last.push_str(&String::from_utf8_lossy(lines)),
                None => found.push(format!("text {}", String::from_utf8_lossy(lines))),
            },
            Piece::Documents { values, indent, .. } => found.push(format!("{} at {indent}: {}", values.len(), values[0]["kind"])),
            Piece::Unreadable { lines } => found.push(format!("unreadable {lines}")),
        };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.chunks(step).for_each(|lines| sieve.push(lines.concat().as_bytes(), &mut note));
        sieve.finish(&mut note);
        found
    }

    #[test]
    fn documents_are_taken_out_of_text() {
        for (text, wanted) in [
            ("a\nb\n", vec!["text a\nb\n"]),
            (
                "$ kubectl get secret\napiVersion: v1\ndata:\n  a: eA==\nkind: Secret\n$ exit\n",
                vec!["text $ kubectl get secret\n", "1 at 0: \"Secret\"", "text $ exit\n"],
            ),
            ("x\n{\n  \"kind\": \"Pod\"\n}\ny", vec!["text x\n", "1 at 0: \"Pod\"", "text y"]),
            ("  data:\n    a: eA==\n  kind: Secret\nx\n", vec!["1 at 2: \"Secret\"", "text x\n"]),
            ("{\"kind\": \"Secret\", \"data\": {}}\n", vec!["1 at 0: \"Secret\""]),
            ("apiVersion: v1\nkind: Secret\n---\napiVersion: v1\nkind: Pod\n", vec!["1 at 0: \"Secret\"", "text ---\n", "1 at 0: \"Pod\""]),
            ("kind of: strange\nthere\n", vec!["text kind of: strange\nthere\n"]),
            ("{\n{\nx\n", vec!["text {\n{\nx\n"]),
            ("apiVersion: v1\nkind: Secret\ndata: {a: b\n", vec!["unreadable 3"]),
            ("{\n  \"kind\": \"Secret\",\n  \"data\": {\"a\": \"eA==\"\n", vec!["unreadable 3"]),
        ] {
            for step in [1, 2, 100] {
                assert_eq!(pieces(text, step), wanted, "{text} by {step}");
            }
        }
    }
}
