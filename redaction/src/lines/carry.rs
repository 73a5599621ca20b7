//! What is remembered from line to line.

use crate::span::{Rank, Span};

/// Lines without key material after which a key block counts as over.
const PATIENCE: u32 = 50;

/// The memory of a stream of lines.
#[derive(Debug, Default)]
pub(crate) struct Carry {
    /// Inside a private key block: lines of patience left.
    key_block: Option<u32>,
    held: Vec<u8>,
}

impl Carry {
    /// Whether lines may be judged by themselves.
    pub(crate) fn is_idle(&self) -> bool {
        self.key_block.is_none() && self.held.is_empty()
    }

    pub(crate) fn take_held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// Marks what earlier lines said about these, and remembers what these say about the next.
    pub(crate) fn read(&mut self, unit: &[u8], spans: &mut Vec<Span>) {
        let mut at = 0;
        for line in unit.split_inclusive(|byte| *byte == b'\n') {
            self.key_block(line, at, spans);
            at += line.len();
        }
    }

    /// Private keys over several lines: each line of digits goes, behind whatever a logger put before it.
    fn key_block(&mut self, line: &[u8], at: usize, spans: &mut Vec<Span>) {
        let mut body = 0;
        if let Some(begin) = memchr::memmem::rfind(line, b"-----BEGIN ") {
            let label = line.get(begin + 11..).unwrap_or_default();
            let end = memchr::memmem::find(label, b"-----").unwrap_or(label.len());
            let private = memchr::memmem::find(label.get(..end).unwrap_or_default(), b"PRIVATE KEY").is_some();
            self.key_block = private.then_some(PATIENCE);
            body = begin + 11 + end;
        }
        let Some(patience) = self.key_block else { return };
        let content = line.get(body..).unwrap_or_default();
        let end = memchr::memmem::find(content, b"-----END ");
        let content = content.get(..end.unwrap_or(content.len())).unwrap_or_default();
        let trimmed = content.trim_ascii();
        let token = trimmed.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
        let digits = token.iter().all(|byte| crate::base64::value_of(*byte).is_some() || *byte == b'=');
        let only = trimmed.len() == token.len()
            || trimmed.iter().filter(|byte| byte.is_ascii_whitespace()).count() == 1 && trimmed.starts_with(b"20");
        let material = digits && !token.is_empty() && (token.len() >= 24 || only);
        if material {
            let start = at + body + content.trim_ascii_end().len() - token.len();
            spans.push(Span::new(start, start + token.len(), "private-key", Rank::Shape));
        }
        self.key_block = match end {
            Some(_) => None,
            None if material || body > 0 => Some(PATIENCE),
            None => patience.checked_sub(1),
        };
    }
}
