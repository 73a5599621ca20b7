//! The plain bytes of an archive, whatever they are packed in, as a sequence of pieces.

use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};

/// Plain bytes read at once where nothing else gives a size.
const PIECE_BYTES: usize = 1 << 20;
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

/// gzip, of one member or several.
pub(super) struct Gzip {
    decoder: flate2::read::MultiGzDecoder<Counted>,
    started: bool,
    done: bool,
}

impl Gzip {
    pub(super) fn new(file: File) -> Self {
        let counted = Counted { file, read: 0 };
        Self { decoder: flate2::read::MultiGzDecoder::new(counted), started: false, done: false }
    }
}

impl Plain for Gzip {
    fn next(&mut self) -> Result<Option<Piece>, PlainError> {
        if self.done {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let outcome = (&mut self.decoder).take(PIECE_BYTES as u64).read_to_end(&mut bytes);
        let at = self.decoder.get_ref().read;
        if !bytes.is_empty() {
            // Should there be an error behind these bytes, the next call meets it again.
            let frame_start = !std::mem::replace(&mut self.started, true);
            return Ok(Some(Piece::Bytes { bytes, frame_start, consumed: at }));
        }
        self.done = true;
        match outcome {
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Some(Piece::Cut { at })),
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                Ok(Some(Piece::Hole { length: None, at, reason: error.to_string() }))
            }
            Err(error) => Err(error.into()),
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
