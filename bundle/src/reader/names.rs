//! Which names are acceptable, and which were there before.

use crate::paths::push_escaped;
use crate::{Limits, ProblemKind};
use std::collections::{HashMap, HashSet};

/// Why an entry is skipped.
pub(super) type Rejection = (ProblemKind, &'static str);

/// A name as it stands in an archive or folder, made safe: relative, `/` between parts, no `.` or `..`; bytes that are not UTF-8 and control
/// characters become `%XX`. An empty result is the root itself.
pub(super) fn clean(raw: &[u8], limits: &Limits) -> Result<String, Rejection> {
    let unsafe_name = |why| Err((ProblemKind::UnsafeName, why));
    if raw.is_empty() {
        return unsafe_name("it has no name");
    }
    if raw.len() > limits.name_bytes {
        return unsafe_name("its name is too long");
    }
    if raw[0] == b'/' {
        return unsafe_name("its name is absolute");
    }
    if raw.contains(&0) || raw.contains(&b'\\') {
        return unsafe_name("its name has a NUL or a backslash");
    }
    if matches!(raw, [letter, b':', ..] if letter.is_ascii_alphabetic()) {
        return unsafe_name("its name begins with a drive letter");
    }
    let mut path = String::with_capacity(raw.len());
    let mut depth = 0;
    for part in raw.split(|b| *b == b'/').filter(|part| !matches!(*part, b"" | b".")) {
        if part == b".." {
            return unsafe_name("its name leads out of the bundle");
        }
        depth += 1;
        if depth > limits.depth {
            return unsafe_name("it lies in too many folders");
        }
        if !path.is_empty() {
            path.push('/');
        }
        push_readable(&mut path, part);
    }
    Ok(path)
}

/// A name for a message, whatever it is.
pub(super) fn shown(raw: &[u8]) -> String {
    let mut out = String::new();
    push_readable(&mut out, &raw[..raw.len().min(200)]);
    if raw.len() > 200 {
        out.push('…');
    }
    out
}

fn push_readable(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                let mut buffer = [0; 4];
                c.encode_utf8(&mut buffer).bytes().for_each(|b| push_escaped(out, b));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|b| push_escaped(out, *b));
    }
}

/// What is known of a file that was in the archive.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) size: u64,
    /// Of all its content, when hashing was asked for.
    pub(crate) sha256: Option<[u8; 32]>,
    /// Whether it is delivered, not stepped over.
    pub(crate) delivered: bool,
    /// Whether all its content was read.
    pub(crate) whole: bool,
    /// Whether it is a regular file; others only keep their name from being used again.
    pub(crate) regular: bool,
}

/// Names so far: a second entry of a name is skipped, and so is one that uses a file as a folder (which also keeps everything from
/// being "inside" a link).
#[derive(Debug, Default)]
pub(crate) struct Names {
    files: HashMap<String, Seen>,
    folders: HashSet<String>,
    bytes: usize,
}

impl Names {
    /// Enters a file or other non-folder.
    pub(super) fn add_file(&mut self, path: &str, size: u64, regular: bool) -> Result<(), Rejection> {
        if self.files.contains_key(path) {
            return Err((ProblemKind::Duplicate, "its name was there before; the first entry of a name counts"));
        }
        if self.folders.contains(path) {
            return Err((ProblemKind::FileAsFolder, "its name is a folder that holds other entries"));
        }
        self.add_parents(path)?;
        self.bytes += path.len() + 64;
        self.files.insert(path.to_owned(), Seen { size, sha256: None, delivered: false, whole: false, regular });
        Ok(())
    }

    /// Enters a folder.
    pub(super) fn add_folder(&mut self, path: &str) -> Result<(), Rejection> {
        if self.files.contains_key(path) {
            return Err((ProblemKind::FileAsFolder, "its name is a file"));
        }
        self.add_parents(path)?;
        self.insert_folder(path);
        Ok(())
    }

    fn add_parents(&mut self, path: &str) -> Result<(), Rejection> {
        // From the nearest: once a folder is known, all above it are.
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if self.folders.contains(parent) {
                break;
            }
            if self.files.contains_key(parent) {
                return Err((ProblemKind::FileAsFolder, "its name uses a file or link as a folder"));
            }
            rest = parent;
        }
        let mut rest = path;
        while let Some((parent, _)) = rest.rsplit_once('/') {
            if self.folders.contains(parent) {
                break;
            }
            self.insert_folder(parent);
            rest = parent;
        }
        Ok(())
    }

    fn insert_folder(&mut self, path: &str) {
        if self.folders.insert(path.to_owned()) {
            self.bytes += path.len() + 64;
        }
    }

    pub(crate) fn file(&self, path: &str) -> Option<&Seen> {
        self.files.get(path)
    }

    pub(super) fn file_mut(&mut self, path: &str) -> Option<&mut Seen> {
        self.files.get_mut(path)
    }

    /// Regular files, sorted by name.
    pub(crate) fn regular(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.files.iter().filter(|(_, seen)| seen.regular).map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        paths
    }

    /// Bytes of memory that the names take, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        let limits = Limits::default();
        for bad in [&b"../../x"[..], b"/etc/x", b"a/../../x", b"a\\b", b"C:\\x", b"C:x", b"a\0b", b"", b"..", &[b'a'; 5000]] {
            assert!(clean(bad, &limits).is_err(), "{bad:?}");
        }
        assert_eq!(clean(b"./a//b/./c/", &limits).unwrap(), "a/b/c");
        assert_eq!(clean(b"./", &limits).unwrap(), "");
        assert_eq!(clean(b"a\xFFb\x1B[0m", &limits).unwrap(), "a%FFb%1B[0m");
        assert_eq!(clean("Größe…".as_bytes(), &limits).unwrap(), "Größe…");
        assert!(clean("a/".repeat(65).as_bytes(), &limits).is_err());
    }

    #[test]
    fn a_file_is_no_folder() {
        let mut names = Names::default();
        names.add_file("a/link", 0, false).unwrap();
        assert_eq!(names.add_file("a/link/passwd", 1, true).unwrap_err().0, ProblemKind::FileAsFolder);
        assert_eq!(names.add_file("a", 1, true).unwrap_err().0, ProblemKind::FileAsFolder);
        assert_eq!(names.add_file("a/link", 1, true).unwrap_err().0, ProblemKind::Duplicate);
        assert_eq!(names.add_folder("a/link").unwrap_err().0, ProblemKind::FileAsFolder);
        names.add_file("a/Link", 1, true).unwrap();
        assert_eq!(names.regular(), ["a/Link"]);
    }
}
