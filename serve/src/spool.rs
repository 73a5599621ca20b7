//! Where the bundle's content waits to be asked for: in memory while it is small, in an unnamed file beyond that.
use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{Mutex, PoisonError},
};
use tempfile::SpooledTempFile;

/// Content up to this stays in memory.
const IN_MEMORY: usize = 64 << 20;

/// A place in the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: u64,
    length: usize,
}

impl Span {
    /// A part of it, counted from its beginning.
    pub(crate) fn part(self, from: usize, length: usize) -> Self {
        let from = from.min(self.length);
        Self { start: self.start + from as u64, length: length.min(self.length - from) }
    }
}

/// Bytes that were put away, by place.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Mutex<SpooledTempFile>,
    end: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self { file: Mutex::new(SpooledTempFile::new(IN_MEMORY)), end: 0 }
    }
}

impl Spool {
    /// Puts bytes away, behind all others.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<Span> {
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(bytes)?;
        let span = Span { start: self.end, length: bytes.len() };
        self.end += bytes.len() as u64;
        Ok(span)
    }

    /// Puts bytes away as the continuation of what was put away last.
    pub(crate) fn extend(&mut self, span: &mut Span, bytes: &[u8]) -> io::Result<()> {
        debug_assert_eq!(span.start + span.length as u64, self.end, "only what came last can grow");
        span.length += self.put(bytes)?.length;
        Ok(())
    }

    /// Gets them back.
    pub(crate) fn get(&self, span: Span) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; span.length];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(span.start))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_away_comes_back() {
        let mut spool = Spool::default();
        let first = spool.put(b"first").unwrap();
        let mut log = spool.put(b"line 1\n").unwrap();
        spool.extend(&mut log, b"line 2\n").unwrap();
        assert_eq!(spool.get(first).unwrap(), b"first");
        assert_eq!(spool.get(log).unwrap(), b"line 1\nline 2\n");
        assert_eq!(spool.get(log.part(5, 4)).unwrap(), b"1\nli");
        assert_eq!(spool.get(log.part(90, 4)).unwrap(), b"");
        let last = spool.put(b"last").unwrap();
        assert_eq!(spool.get(last).unwrap(), b"last");
    }
}
