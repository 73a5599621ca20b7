//! What one line tells about the next: key blocks, YAML blocks under a secret's name, a name here and its value there.

use crate::assign;
use crate::fold;
use crate::keys::{self, Sensitivity};
use crate::span::{Rank, Span};
use crate::values;

/// Lines without key material after which a key block counts as over.
const PATIENCE: u32 = 50;
/// Lines after a name in which its value is expected.
const REACH: u32 = 3;

/// The memory of a stream of lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carry {
    /// Inside a private key block: lines of patience left.
    key_block: Option<u32>,
    /// Inside a certificate or a public key.
    public_block: bool,
    /// Inside a YAML block whose key announced a secret.
    block: Option<Block>,
    /// A name whose value is to come.
    announced: Option<Announced>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    /// Columns before the key; the block's lines have more.
    indent: usize,
    sensitivity: Sensitivity,
}

#[derive(Debug, Clone, Copy)]
struct Announced {
    sensitivity: Sensitivity,
    /// The value is the next item of a list, not the `value` beside a `name`.
    item: bool,
    reach: u32,
}

impl Carry {
    /// Takes in what the same lines say now that they are redacted: their marks may be gone with what was redacted, and both readings count.
    pub(crate) fn join(&mut self, redacted: Self) {
        self.key_block = self.key_block.max(redacted.key_block);
        self.public_block &= redacted.public_block;
        self.block = match (self.block, redacted.block) {
            (Some(one), Some(other)) => {
                let sensitivity = one.sensitivity.max(other.sensitivity);
                Some(Block { indent: one.indent.min(other.indent), sensitivity })
            }
            (one, other) => one.or(other),
        };
        self.announced = redacted.announced.or(self.announced);
    }

    /// Whether lines may be judged by themselves.
    pub(crate) fn is_idle(&self) -> bool {
        self.key_block.is_none() && !self.public_block && self.block.is_none() && self.announced.is_none()
    }

    /// Whether what looks like a key here is public.
    pub(crate) fn in_public_block(&self) -> bool {
        self.public_block
    }

    /// Marks what earlier lines said about this one, at `at` of the unit, and remembers what it says about the next. `hints` are
    /// positions in it where a name may announce a secret.
    pub(crate) fn read(&mut self, line: &[u8], at: usize, hints: &[usize], spans: &mut Vec<Span>) {
        self.block(line, at, spans);
        self.announced(line, at, spans);
        for hint in hints {
            self.remember(line, *hint);
        }
        self.armour(line);
        self.key_block(line, at, spans);
    }

    /// Lines of a YAML block: each goes as a value of the block's key.
    fn block(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) {
        let Some(block) = self.block else { return };
        let head = fold::head(line);
        let words = line.get(head..).unwrap_or_default().trim_ascii_end();
        if words.is_empty() {
            return;
        }
        if head - fold::stamp(line) <= block.indent {
            self.block = None;
        } else if !words.starts_with(b"-----") && !self.public_block {
            // A line of a file in the block may be an assignment of its own: then the file is judged line by line.
            if !fold::is_keyed(line) && values::is_secret(&String::from_utf8_lossy(words), block.sensitivity) {
                spans.push(Span::new(at + head, at + head + words.len(), "secret-block", Rank::Context));
            }
        }
    }

    /// The value of a name on an earlier line.
    fn announced(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) {
        let Some(announced) = self.announced else { return };
        let head = fold::head(line);
        if line.get(head..).unwrap_or_default().trim_ascii().is_empty() {
            return;
        }
        let found = if announced.item { assign::list_item(line, head) } else { assign::named_value(line, head) };
        if let Some((start, end)) = found {
            let value = String::from_utf8_lossy(line.get(start..end).unwrap_or_default());
            if values::is_secret(&value, announced.sensitivity) {
                spans.push(Span::new(at + start, at + end, "named-value", Rank::Context));
            }
            self.announced = None;
        } else {
            self.announced = announced.reach.checked_sub(1).filter(|_| !announced.item).map(|reach| Announced { reach, ..announced });
        }
    }

    fn remember(&mut self, line: &[u8], hint: usize) {
        let Some((start, end)) = assign::name_at(line, hint) else { return };
        let sensitivity = line.get(start..end).and_then(|name| std::str::from_utf8(name).ok()).map_or(Sensitivity::None, keys::sensitivity);
        if sensitivity == Sensitivity::None {
            return;
        }
        if assign::opens_block(line, end) {
            self.block = Some(Block { indent: fold::indent(line), sensitivity });
        } else if let Some(item) = assign::is_name_alone(line, start, end) {
            self.announced = Some(Announced { sensitivity, item, reach: REACH });
        }
    }

    /// Whether the line begins or ends a block of something public.
    fn armour(&mut self, line: &[u8]) {
        if let Some((label, after)) = armour_label(line) {
            self.public_block = !is_private(label) && memchr::memmem::find(after, b"-----END ").is_none();
        } else if self.public_block {
            self.public_block = memchr::memmem::find(line, b"-----END ").is_none() && !line.trim_ascii().is_empty();
        }
    }

    /// Private keys over several lines: each line of digits goes, behind whatever a logger put before it.
    fn key_block(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) {
        let mut content = line;
        let mut opened = false;
        if let Some((label, after)) = armour_label(line) {
            self.key_block = is_private(label).then_some(PATIENCE);
            content = after;
            opened = true;
        }
        let Some(patience) = self.key_block else { return };
        let offset = line.len() - content.len();
        let end = memchr::memmem::find(content, b"-----END ");
        let content = content.get(..end.unwrap_or(content.len())).unwrap_or_default();
        let trimmed = content.trim_ascii_end();
        let trimmed = trimmed.strip_suffix(b"\\").unwrap_or(trimmed);
        let token = trimmed.rsplit(|byte| byte.is_ascii_whitespace() || b"\"'`|>".contains(byte)).next().unwrap_or_default();
        let digits = token.iter().all(|byte| crate::base64::value_of(*byte).is_some() || matches!(byte, b'=' | b'\\'));
        let words = trimmed.get(fold::head(trimmed)..).unwrap_or_default();
        let material = digits && token.iter().any(u8::is_ascii_alphanumeric) && (token.len() >= 24 || words.len() == token.len());
        if material {
            let start = at + offset + trimmed.len() - token.len();
            spans.push(Span::new(start, start + token.len(), "private-key", Rank::Shape));
        }
        self.key_block = match end {
            Some(_) => None,
            None if material || opened => Some(PATIENCE),
            None => patience.checked_sub(1),
        };
    }
}

/// What the last `-----BEGIN …-----` of the line says, and what follows it.
fn armour_label(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let label = line.get(memchr::memmem::rfind(line, b"-----BEGIN ")? + 11..)?;
    let end = memchr::memmem::find(label, b"-----").unwrap_or(label.len());
    Some((label.get(..end)?, label.get((end + 5).min(label.len())..)?))
}

fn is_private(label: &[u8]) -> bool {
    memchr::memmem::find(label, b"PRIVATE KEY").is_some()
}
