//! The key as it is kept: one line of text in a file of its own, by whoever may translate a report back.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use crate::placeholder;

/// What a key's line begins with.
const HEAD: &str = "tarbox-redaction-key-1 ";

/// Why there is no key.
#[derive(Debug)]
pub enum KeyError {
    /// The machine gives no random numbers.
    NoRandom(String),
    /// The file cannot be read, or holds something else.
    Read(String),
    /// The file cannot be written.
    Write(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::NoRandom(text) | Self::Read(text) | Self::Write(text)) = self;
        formatter.write_str(text)
    }
}

impl std::error::Error for KeyError {}

/// A key of placeholders. It stays with whoever owns the cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key")
    }
}

impl Key {
    /// The key of 32 random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key that nobody has had before.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        let failed = |e| KeyError::NoRandom(format!("this machine has no random numbers for the redaction key: {e}"));
        getrandom::fill(&mut bytes).map_err(failed)?;
        Ok(Self(bytes))
    }

    /// The key in a file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |why: &str| KeyError::Read(format!("cannot read the key in {}: {why}", path.display()));
        let mut text = String::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(4096).read_to_string(&mut text));
        read.map_err(|e| failed(&e.to_string()))?;
        Self::parse(&text).ok_or_else(|| failed("it is no key of tarbox; give --key a file that is not there, and one is made"))
    }

    /// The key in a file, which is made when it is not there; whether it was.
    ///
    /// # Errors
    /// As [`Key::read`] and [`Key::random`], and when the file cannot be written.
    pub fn kept(path: &Path) -> Result<(Self, bool), KeyError> {
        if path.exists() {
            return Self::read(path).map(|key| (key, false));
        }
        let key = Self::random()?;
        match write_private(path, key.to_line().as_bytes()) {
            Ok(()) => Ok((key, true)),
            // Another run was faster: theirs is the key.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::read(path).map(|key| (key, false)),
            Err(error) => {
                Err(KeyError::Write(format!("cannot write the key to {}: {error}; choose another file with --key", path.display())))
            }
        }
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

/// Writes a file for its owner alone, whole or not at all, under a name that nothing may have.
///
/// # Errors
/// When it cannot be written, or is there.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are private, and stay so under their name.
    let mut file = tempfile::Builder::new().prefix(".tarbox-").suffix(".partial").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let (key, made) = Key::kept(&path).unwrap();
        assert!(made);
        assert_eq!(Key::kept(&path).unwrap(), (key, false));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "something else").unwrap();
        assert!(Key::kept(&path).unwrap_err().to_string().contains("no key of tarbox"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "something else");
        assert!(matches!(Key::kept(&folder.path().join("nowhere/key")), Err(KeyError::Write(_))));
    }

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
