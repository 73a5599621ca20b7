//! An unpacked bundle: the files of a folder in sorted order. Links are never followed.

use super::intake::{Admission, Intake, IntakeError};
use crate::ProblemKind;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Bytes read at once.
const READ_BYTES: usize = 1 << 20;

pub(super) struct Folder {
    /// What is still to be visited, the next last: file-system path and path in the bundle.
    stack: Vec<(PathBuf, Vec<u8>)>,
    open: Option<(File, u64)>,
    pub(super) bytes: u64,
    pub(super) stopped: bool,
}

impl Folder {
    /// The folder itself, or the only folder in it when that is where `bundle.json` lies.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        let mut root = root.to_owned();
        if !root.join("bundle.json").is_file() {
            let inside: Vec<PathBuf> = fs::read_dir(&root)?.filter_map(|entry| Some(entry.ok()?.path())).take(2).collect();
            if let [only] = inside.as_slice()
                && only.symlink_metadata().is_ok_and(|m| m.is_dir())
                && only.join("bundle.json").is_file()
            {
                root.clone_from(only);
            }
        }
        let mut folder = Self { stack: Vec::new(), open: None, bytes: 0, stopped: false };
        folder.push_children(&root, b"")?;
        // What says how to read the rest comes first, as in the archive.
        if let Some(at) = folder.stack.iter().position(|(_, name)| name == b"bundle.json") {
            let header = folder.stack.remove(at);
            folder.stack.push(header);
        }
        Ok(folder)
    }

    fn push_children(&mut self, path: &Path, name: &[u8]) -> io::Result<()> {
        let mut children = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let mut child = name.to_vec();
            if !child.is_empty() {
                child.push(b'/');
            }
            child.extend_from_slice(entry.file_name().as_encoded_bytes());
            children.push((entry.path(), child));
        }
        children.sort_unstable_by(|a, b| b.1.cmp(&a.1));
        self.stack.extend(children);
        Ok(())
    }

    /// Does a bit; `false` when there is nothing left to do.
    pub(super) fn step(&mut self, intake: &mut Intake) -> Result<bool, IntakeError> {
        if let Some((file, remaining)) = &mut self.open {
            let want = (*remaining).min(READ_BYTES as u64);
            let mut bytes = Vec::with_capacity(want as usize);
            let outcome = file.take(want).read_to_end(&mut bytes);
            *remaining -= bytes.len() as u64;
            self.bytes += bytes.len() as u64;
            intake.data(&bytes);
            let missing = *remaining;
            if missing == 0 || outcome.is_err() || bytes.is_empty() {
                self.open = None;
                if missing > 0 {
                    let why = outcome.err().map_or_else(|| "it became shorter meanwhile".to_owned(), |e| e.to_string());
                    let (path, at) = intake.current().unzip();
                    intake.problem(ProblemKind::Unreadable, path, at, format!("{missing} bytes of it could not be read: {why}"));
                }
                intake.end(missing > 0)?;
            }
            return Ok(true);
        }
        let Some((path, name)) = self.stack.pop() else { return Ok(false) };
        if !intake.count(self.bytes) || self.bytes > intake.limits.total_bytes {
            self.stopped = true;
            self.stack.clear();
            return Ok(false);
        }
        if let Err(error) = self.visit(&path, &name, intake) {
            intake.problem(ProblemKind::Unreadable, Some(super::names::shown(&name)), None, format!("it could not be read: {error}"));
        }
        Ok(true)
    }

    fn visit(&mut self, path: &Path, name: &[u8], intake: &mut Intake) -> io::Result<()> {
        let metadata = path.symlink_metadata()?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            // The count of parts is what bounds the walk.
            if name.iter().filter(|b| **b == b'/').count() < intake.limits.depth {
                return self.push_children(path, name);
            }
            intake.problem(ProblemKind::UnsafeName, Some(super::names::shown(name)), None, "skipped: it lies in too many folders");
        } else if kind.is_symlink() {
            intake.other(name, "a symbolic link", 0);
        } else if !kind.is_file() {
            intake.other(name, "neither file nor folder", 0);
        } else {
            let file = File::open(path)?;
            // Not wanted means not read at all: nothing follows it that one would have to step over to.
            if intake.begin(name, metadata.len(), 0, None) == Admission::Wanted {
                self.open = Some((file, metadata.len()));
            }
        }
        Ok(())
    }
}
