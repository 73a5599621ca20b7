//! The names that stand where secrets stood.
//!
//! A placeholder is `redacted.<kind>.<12 hex digits>`, for example `redacted.aws-access-key.3f9a1c2b7e10`. The digits are
//! HMAC-SHA256(key, value): the same value has the same name everywhere, in any order, on any thread, and nobody without the key can test a
//! guess. The kind is a function of the value alone (what it looks like, else `secret`), never of the place where it was found,
//! for the same reason.
//!
//! Why this alphabet: lower-case letters, digits, `-` and `.` need no escaping in JSON, YAML, URI userinfo and hosts, shell words, HTML,
//! Prometheus labels, Kubernetes names and label values. `mongodb://redacted.secret.…:redacted.secret.…@host/db` still parses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use memchr::memmem;
use sha2::Sha256;

/// What every placeholder starts with.
pub const PREFIX: &str = "redacted.";

/// Hex digits of the keyed digest in a placeholder: 48 bits, so that ten thousand secrets share a name with probability 2·10⁻⁷.
const DIGITS: usize = 12;

/// Longest kind that is recognised; bounds the look-ahead, and keeps a placeholder within a label value's 63 characters.
const MAX_KIND: usize = 32;

/// Placeholders, and the values that were met for them.
type Remembered = BTreeMap<String, Option<String>>;

/// Gives values their keyed names.
#[derive(Clone)]
pub(crate) struct Namer {
    mac: Hmac<Sha256>,
    /// Placeholders whose values are to be remembered, with those that were met. Only whoever translates a report back asks for it.
    remembered: Option<Arc<Mutex<Remembered>>>,
}

impl Namer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        // HMAC pads short keys with zeros to the block; doing so here makes the constructor infallible.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(key);
        Self { mac: Hmac::new(&block.into()), remembered: None }
    }

    /// One that remembers what these placeholders stand for.
    pub(crate) fn remembering(key: &[u8; 32], placeholders: BTreeSet<String>) -> Self {
        let remembered = placeholders.into_iter().map(|name| (name, None)).collect();
        Self { remembered: Some(Arc::new(Mutex::new(remembered))), ..Self::new(key) }
    }

    /// What was remembered.
    pub(crate) fn remembered(&self) -> BTreeMap<String, String> {
        let Some(remembered) = &self.remembered else { return BTreeMap::new() };
        let remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
    }

    /// The keyed digest, as hex digits.
    pub(crate) fn digest(&self, value: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(value);
        hex(&mac.finalize().into_bytes())
    }

    /// The placeholder for a value of that kind.
    pub(crate) fn name(&self, kind: &str, value: &[u8]) -> String {
        let mut digest = self.digest(value);
        digest.truncate(DIGITS);
        let name = format!("{PREFIX}{kind}.{digest}");
        if let Some(remembered) = &self.remembered
            && let Some(met) = remembered.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&name)
        {
            met.get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
        }
        name
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether `text` is, or holds, a placeholder: masked is not unset, and whoever reads a redacted value must be able to tell.
pub fn is_redacted(text: &str) -> bool {
    next(text.as_bytes(), 0).is_some()
}

/// Whether `text` is exactly one placeholder.
pub fn is_placeholder(text: &str) -> bool {
    next(text.as_bytes(), 0) == Some((0, text.len()))
}

/// The next placeholder at or after `from`, as a byte range.
pub(crate) fn next(text: &[u8], mut from: usize) -> Option<(usize, usize)> {
    loop {
        let start = from + memmem::find(text.get(from..)?, PREFIX.as_bytes())?;
        if let Some(end) = end_of(text, start) {
            return Some((start, end));
        }
        from = start + PREFIX.len();
    }
}

/// Whether a text ends with a placeholder.
pub(crate) fn ends(text: &[u8]) -> bool {
    let start = memmem::rfind(text, PREFIX.as_bytes());
    start.is_some_and(|start| end_of(text, start) == Some(text.len()))
}

/// All placeholders of a text, in order, with where they stand.
pub fn placeholders(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    all(text.as_bytes()).into_iter().filter_map(|(start, end)| Some((start..end, text.get(start..end)?))).collect()
}

/// All placeholders of a text, in order.
pub(crate) fn all(text: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(range) = next(text, from) {
        from = range.1;
        found.push(range);
    }
    found
}

/// Which of the placeholders of a text, in order, holds that position.
pub(crate) fn holding(placeholders: &[(usize, usize)], at: usize) -> Option<(usize, usize)> {
    let next = placeholders.partition_point(|(_, end)| *end <= at);
    placeholders.get(next).copied().filter(|(start, _)| *start <= at)
}

fn end_of(text: &[u8], start: usize) -> Option<usize> {
    let after = start + PREFIX.len();
    let rest = text.get(after..)?;
    let dot = rest.iter().take(MAX_KIND + 1).position(|byte| *byte == b'.')?;
    let kind = rest.get(..dot)?;
    if kind.is_empty() || !kind.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-') {
        return None;
    }
    let digits = rest.get(dot + 1..dot + 1 + DIGITS)?;
    digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(after + dot + 1 + DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_keyed_and_recognised() {
        let namer = Namer::new(&[7; 32]);
        let name = namer.name("secret", b"hunter2");
        assert_eq!(name, namer.name("secret", b"hunter2"));
        assert_ne!(name, Namer::new(&[8; 32]).name("secret", b"hunter2"));
        assert!(is_placeholder(&name) && is_redacted(&format!("mongodb://{name}:{name}@db")));
        assert!(!is_redacted("the value was redacted.") && !is_redacted("redacted.Secret.0123456789ab") && !is_redacted(""));
    }

    #[test]
    fn digest_is_hmac_sha256() {
        // RFC 4231, case 1, with its 20-byte key padded to 32 by zeros: HMAC pads with zeros itself, so the digest is the same.
        let mut key = [0_u8; 32];
        key[..20].fill(0x0b);
        assert!(Namer::new(&key).digest(b"Hi There").starts_with("b0344c61d8db38535ca8afceaf0bf12b"));
    }
}
