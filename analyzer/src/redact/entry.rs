//! One entry on its way: a document, lines that are documents, or text with documents in it.

use std::io::{self, Write};

use serde_json::Value;
use tarbox_bundle::Chunk;
use tarbox_redaction::{Counts, Redactor, TextKind, TextRedactor};

use super::output::{Output, Room};
use super::report::Report;
use super::sieve::{Piece, Sieve, names_secret};
use crate::failure::Failure;

/// How an entry is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As a whole.
    Document,
    /// Each line is a document.
    Lines,
    /// Text, with documents in it.
    Text,
}

/// Endings of packed files; the reader gives their content.
const PACKED: &[&str] = &[".gz", ".zst", ".xz"];

impl Form {
    fn of(path: &str) -> Self {
        let name = unpacked(path).to_ascii_lowercase();
        if [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending)) {
            Self::Document
        } else if [".ndjson", ".jsonl"].iter().any(|ending| name.ends_with(ending)) {
            Self::Lines
        } else {
            Self::Text
        }
    }
}

fn unpacked(path: &str) -> &str {
    PACKED.iter().find_map(|packed| path.strip_suffix(packed)).unwrap_or(path)
}

/// How prose and settings differ is told by the name.
fn kind_of(path: &str) -> TextKind {
    let name = unpacked(path).to_ascii_lowercase();
    let settings = [".conf", ".cfg", ".cnf", ".ini", ".env", ".properties", ".toml", ".json", ".yaml", ".yml", ".xml", ".hcl", ".tf"];
    if settings.iter().any(|ending| name.ends_with(ending)) { TextKind::Config } else { TextKind::Log }
}

/// Whether it is no text: nothing in it could be judged.
fn is_binary(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 7] = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\x7fELF", b"%PDF"];
    let head = head.get(..64 << 10).unwrap_or(head);
    // One tool leaves a NUL behind its texts.
    let text = head.strip_suffix(b"\0").unwrap_or(head);
    text.contains(&0) || MAGIC.iter().any(|magic| head.starts_with(magic))
}

/// An entry of the first reading.
pub(super) struct Learned {
    form: Form,
    path: String,
    held: Vec<u8>,
    sieve: Sieve,
}

impl Learned {
    pub(super) fn new(path: &str) -> Self {
        Self { form: Form::of(path), path: path.to_owned(), held: Vec::new(), sieve: Sieve::default() }
    }

    /// Learns from a piece.
    pub(super) fn take(&mut self, bytes: &[u8], last: bool, redactor: &Redactor) {
        let mut learn = |piece: Piece<'_>| {
            if let Piece::Documents { values, .. } = piece {
                values.iter().for_each(|value| {
                    redactor.learn_document(value);
                });
            }
        };
        match self.form {
            Form::Lines => {
                for line in bytes.split(|byte| *byte == b'\n').filter(|line| names_secret(line)) {
                    if let Ok(value) = serde_json::from_slice(line) {
                        redactor.learn_document(&value);
                    }
                }
            }
            Form::Text => self.sieve.push(bytes, &mut learn),
            Form::Document => {
                self.held.extend_from_slice(bytes);
                if !last {
                    return;
                }
                let held = std::mem::take(&mut self.held);
                match tarbox_load::documents(&self.path, &String::from_utf8_lossy(&held)) {
                    Ok((values, cut)) => {
                        learn(Piece::Documents { values, indent: 0, written: &[] });
                        if cut.is_some() {
                            self.sieve.push(&held, &mut learn);
                        }
                    }
                    Err(_) => self.sieve.push(&held, &mut learn),
                }
            }
        }
        if last {
            self.sieve.finish(&mut learn);
        }
    }
}

/// An entry of the second reading.
pub(super) struct Entry {
    /// As it is written: redacted.
    path: String,
    form: Form,
    kind: TextKind,
    sieve: Sieve,
    held: Vec<u8>,
    text: Option<TextRedactor>,
    counts: Counts,
    out: Room,
    /// Why nothing of it is written.
    refused: Option<String>,
    /// What of it is not written.
    dropped: Vec<String>,
}

impl Entry {
    pub(super) fn new(path: &str, redactor: &Redactor, out: Room) -> Self {
        let (redacted, counts) = redactor.redact_counted(path);
        let refused = None;
        Self {
            path: redacted.into_owned(),
            form: Form::of(path),
            kind: kind_of(path),
            sieve: Sieve::default(),
            held: Vec::new(),
            text: None,
            counts,
            out,
            refused,
            dropped: Vec::new(),
        }
    }

    /// Takes a piece.
    pub(super) fn take(&mut self, chunk: &Chunk, redactor: &Redactor) -> io::Result<()> {
        if chunk.seq == 0 && is_binary(&chunk.bytes) {
            self.refused = Some("it is no text: what is in it cannot be judged".to_owned());
        }
        if chunk.seq == 0 && self.path != unpacked(&self.path) {
            // Its content is written as the reader gave it: unpacked.
            self.path = unpacked(&self.path).to_owned();
        }
        if self.refused.is_some() {
            return Ok(());
        }
        let mut sieve = std::mem::take(&mut self.sieve);
        let done = match self.form {
            Form::Lines => self.lines(&chunk.bytes, redactor),
            Form::Text => self.sift(&mut sieve, &chunk.bytes, redactor),
            Form::Document => {
                self.held.extend_from_slice(&chunk.bytes);
                if chunk.last { self.document(&mut sieve, redactor) } else { Ok(()) }
            }
        };
        self.sieve = sieve;
        done
    }

    /// The end: it goes to the output, or is left out.
    pub(super) fn finish(mut self, redactor: &Redactor, report: &mut Report, target: &mut Output) -> Result<(), Failure> {
        let mut sieve = std::mem::take(&mut self.sieve);
        let mut done = Ok(());
        sieve.finish(&mut |piece| {
            if done.is_ok() {
                done = self.piece(piece, redactor);
            }
        });
        done.and_then(|()| self.flush()).map_err(|e| Failure::output(std::path::Path::new(&self.path), &e))?;
        if let Some(why) = self.refused {
            report.leave_out(&self.path, why);
            return Ok(());
        }
        for why in self.dropped {
            report.leave_out(&self.path, why);
        }
        report.counts.add(&self.path, &self.counts);
        report.written += 1;
        target.add(&self.path, self.out)
    }

    fn sift(&mut self, sieve: &mut Sieve, lines: &[u8], redactor: &Redactor) -> io::Result<()> {
        let mut done = Ok(());
        sieve.push(lines, &mut |piece| {
            if done.is_ok() {
                done = self.piece(piece, redactor);
            }
        });
        done
    }

    fn piece(&mut self, piece: Piece<'_>, redactor: &Redactor) -> io::Result<()> {
        match piece {
            Piece::Text(lines) => self.text(lines, redactor),
            Piece::Documents { values, indent, written } => self.documents(values, indent, written, redactor),
            Piece::Unreadable { lines } => {
                self.dropped.push(format!("{lines} lines that name a Secret, and cannot be read"));
                Ok(())
            }
        }
    }

    /// Text goes as it comes.
    fn text(&mut self, lines: &[u8], redactor: &Redactor) -> io::Result<()> {
        let mut out = Vec::with_capacity(lines.len());
        self.text.get_or_insert_with(|| redactor.text_stream(self.kind)).push(lines, &mut out);
        self.out.write_all(&out)
    }

    /// Lets go of what text holds back.
    fn flush(&mut self) -> io::Result<()> {
        let Some(text) = self.text.take() else { return Ok(()) };
        let mut out = Vec::new();
        self.counts.merge(&text.finish(&mut out));
        self.out.write_all(&out)
    }

    /// Each line by its structure.
    fn lines(&mut self, bytes: &[u8], redactor: &Redactor) -> io::Result<()> {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(value) => self.documents(vec![value], 0, line, redactor)?,
                Err(_) if names_secret(line) => self.dropped.push("a line that names a Secret, and cannot be read".to_owned()),
                Err(_) => self.text(line, redactor)?,
            }
        }
        Ok(())
    }

    /// A file that is a document; what is none is text.
    fn document(&mut self, sieve: &mut Sieve, redactor: &Redactor) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        match tarbox_load::documents(&self.path, &String::from_utf8_lossy(&held)) {
            Ok((values, None)) => self.documents(values, 0, &held, redactor),
            Ok((values, Some(cut))) => {
                // What could not be read is not passed on.
                self.dropped.push(cut);
                let held = values.iter().try_fold(Vec::new(), |mut held, value| serde_json::to_writer(&mut held, value).map(|()| held))?;
                self.documents(values, 0, &held, redactor)
            }
            Err(_) => self.sift(sieve, &held, redactor),
        }
    }

    /// Documents keep their spelling where nothing was found in them.
    fn documents(&mut self, mut values: Vec<Value>, indent: usize, written: &[u8], redactor: &Redactor) -> io::Result<()> {
        let mut found = Counts::new();
        let mut all = true;
        values.retain_mut(|value| match redactor.redact_document(value) {
            Ok(counts) => {
                found.merge(&counts);
                true
            }
            Err(why) => {
                self.dropped.push(format!("a document, {why}"));
                all = false;
                false
            }
        });
        if all && found.is_empty() {
            // Comments, and whatever else the structure does not show, are read as text.
            return self.text(written, redactor);
        }
        self.counts.merge(&found);
        self.write_anew(&values, indent, written)
    }

    fn write_anew(&mut self, values: &[Value], indent: usize, written: &[u8]) -> io::Result<()> {
        self.flush()?;
        let yaml = !matches!(written.trim_ascii_start().first(), Some(b'{' | b'['));
        let one_line = !yaml && !written.trim_ascii_end().contains(&b'\n');
        let margin = " ".repeat(indent);
        for (i, value) in values.iter().enumerate() {
            if i > 0 && yaml {
                writeln!(self.out, "{margin}---")?;
            }
            // JSON is YAML too.
            let text = if one_line { serde_json::to_string(value)? } else { serde_json::to_string_pretty(value)? };
            for line in text.lines() {
                writeln!(self.out, "{margin}{line}")?;
            }
        }
        Ok(())
    }
}
