//! The plain bytes of an archive, whatever they are packed in, as a sequence of pieces.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::mpsc::{Receiver, sync_channel};

/// Plain bytes read at once where nothing else gives a size.
const PIECE_BYTES: usize = 1 << 20;
/// Plain bytes asked of a decoder at once.
const STEP_BYTES: usize = 32 << 10;
/// Pieces that may wait for their consumer.
const AHEAD: usize = 4;

/// What comes out of the packing.
#[derive(Debug)]
pub(super) enum Piece {
    /// Plain bytes.
    Bytes {
        bytes: Vec<u8>,
        /// Whether a frame begins here, so that an entry may.
        frame_start: bool,
        /// Bytes of the file up to here.
        consumed: u64,
    },
    /// A frame that cannot be decompressed. The next piece, if any, begins a frame.
    Hole {
        /// How many plain bytes are missing, when known.
        length: Option<u64>,
        /// Where it begins in the file.
        at: u64,
        reason: String,
    },
    /// The file ends inside a frame, at this byte. Nothing follows.
    Cut { at: u64 },
    /// What follows from this byte of the file is not of the packing. Nothing follows.
    Garbage { at: u64 },
}

/// Why there are no more pieces.
#[derive(Debug)]
pub(super) enum PlainError {
    Refused(String),
    Io(io::Error),
}

impl From<io::Error> for PlainError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A packing, unpacked.
pub(super) trait Plain: Send {
    /// The next piece, or nothing at the end.
    fn next(&mut self) -> Result<Option<Piece>, PlainError>;
}

/// No packing.
pub(super) struct Bare {
    file: File,
    read: u64,
}

impl Bare {
    pub(super) fn new(file: File) -> Self {
        Self { file, read: 0 }
    }
}

impl Plain for Bare {
    fn next(&mut self) -> Result<Option<Piece>, PlainError> {
        let mut bytes = Vec::with_capacity(PIECE_BYTES);
        (&mut self.file).take(PIECE_BYTES as u64).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let frame_start = self.read == 0;
        self.read += bytes.len() as u64;
        Ok(Some(Piece::Bytes { bytes, frame_start, consumed: self.read }))
    }
}

/// Memory that an xz block may ask for: what `xz -9` needs, four times.
pub(super) const XZ_MEMORY_KIB: u32 = 256 << 10;

/// A decoder that gives one stream of plain bytes, in which nothing can be found again behind damage.
pub(super) struct Stream<D> {
    decoder: D,
    /// Bytes of the file that the decoder took.
    read: fn(&D) -> u64,
    started: bool,
    /// What stands behind the bytes that were given last.
    outcome: Option<io::Result<()>>,
}

/// gzip, of one member or several.
pub(super) fn gzip(file: File) -> Stream<impl Read> {
    let decoder = flate2::read::MultiGzDecoder::new(Counted { file, read: 0 });
    Stream { decoder, read: |d| d.get_ref().read, started: false, outcome: None }
}

/// xz, of one stream or several.
pub(super) fn xz(file: File) -> Stream<impl Read> {
    let decoder = lzma_rust2::XzReader::new_mem_limit(BufReader::new(Counted { file, read: 0 }), true, XZ_MEMORY_KIB);
    Stream { decoder, read: |d| d.inner().get_ref().read, started: false, outcome: None }
}

impl<D: Read + Send> Plain for Stream<D> {
    fn next(&mut self) -> Result<Option<Piece>, PlainError> {
        let mut bytes = Vec::new();
        while self.outcome.is_none() && bytes.len() < PIECE_BYTES {
            // Small steps: what a failing call decoded is lost.
            let before = bytes.len();
            bytes.resize(before + STEP_BYTES, 0);
            let got = self.decoder.read(&mut bytes[before..]);
            bytes.truncate(before + got.as_ref().map_or(0, |n| *n));
            self.outcome = match got {
                Ok(0) => Some(Ok(())),
                Ok(_) => None,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
                Err(error) => Some(Err(error)),
            };
        }
        let at = (self.read)(&self.decoder);
        if !bytes.is_empty() {
            let frame_start = !std::mem::replace(&mut self.started, true);
            return Ok(Some(Piece::Bytes { bytes, frame_start, consumed: at }));
        }
        match self.outcome.replace(Ok(())) {
            None | Some(Ok(())) => Ok(None),
            Some(Err(error)) => match error.kind() {
                io::ErrorKind::UnexpectedEof => Ok(Some(Piece::Cut { at })),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Unsupported | io::ErrorKind::OutOfMemory => {
                    Ok(Some(Piece::Hole { length: None, at, reason: error.to_string() }))
                }
                _ => Err(error.into()),
            },
        }
    }
}

/// A file that counts.
struct Counted {
    file: File,
    read: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.read += n as u64;
        Ok(n)
    }
}

/// Unpacks in a thread of its own, a few pieces ahead: for packings that cannot be split among threads.
pub(super) struct Ahead {
    pieces: Receiver<Result<Piece, PlainError>>,
}

impl Ahead {
    /// # Errors
    /// When the system gives no thread; the packing is lost with it.
    pub(super) fn new(mut plain: Box<dyn Plain>) -> io::Result<Self> {
        let (sender, pieces) = sync_channel(AHEAD);
        std::thread::Builder::new().name("bundle-unpack".to_owned()).spawn(move || {
            while let Some(item) = plain.next().transpose() {
                let failed = item.is_err();
                // No one listens: the reader was dropped.
                if sender.send(item).is_err() || failed {
                    break;
                }
            }
        })?;
        Ok(Self { pieces })
    }
}

impl Plain for Ahead {
    fn next(&mut self) -> Result<Option<Piece>, PlainError> {
        self.pieces.recv().ok().transpose()
    }
}
