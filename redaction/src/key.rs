//! The key as it is kept: one line of text, by whoever may translate a report back.

use crate::placeholder;

/// What a key's line begins with.
const HEAD: &str = "tarbox-redaction-key-1 ";

/// A key of placeholders. It stays with whoever owns the cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// The key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads what [`Key::to_line`] wrote; `None` when that is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix(HEAD)?.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| !pair.contains('+'))?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The key as a line of text.
    pub fn to_line(&self) -> String {
        format!("{HEAD}{}\n", placeholder::hex(&self.0))
    }

    /// The key as [`crate::Redactor::new`] takes it.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = Key::new(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(Key::parse(&key.to_line()), Some(key.clone()));
        assert_eq!(format!("{key:?}"), "Key");
        let line = key.to_line();
        for broken in ["", "0123", &line[1..], &line[..line.len() - 2], &line.replace("07", "+7"), &line.replace("07", "zz")] {
            assert_eq!(Key::parse(broken), None, "{broken}");
        }
    }
}
