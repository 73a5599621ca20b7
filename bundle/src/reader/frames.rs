//! zstd frames: cut out of the file one after the other, decompressed by whichever threads are free, a bounded window ahead.
//!
//! With a seek table that fits the file, frames are where it says, and a damaged one costs just itself. Without (a run that was cut, or
//! another tool) they are found by walking their block headers. A frame that is large or does not say its size is decompressed as a
//! stream instead, so that memory stays bounded whatever the file claims.

use super::input::Input;
use super::plain::{Piece, Plain, PlainError};
use super::slot::Slot;
use super::zstd_frame::{Begin, FrameHeader, Walk, begin, walk};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::Arc;
use zstd::stream::raw::{Decoder, InBuffer, Operation as _, OutBuffer};
use zstd::zstd_safe::DParameter;

/// Plain bytes of a frame up to which it is decompressed whole.
pub(super) const WHOLE_PLAIN: u64 = 8 << 20;
/// Compressed bytes of such a frame: more than any compressor makes of it.
pub(super) const WHOLE_COMPRESSED: usize = (8 << 20) + (256 << 10);
/// Bytes of all frames in the window, plain and compressed, beyond the last.
const WINDOW_BYTES: u64 = 20 << 20;
/// What even an empty frame counts for.
const FRAME_COST: u64 = 4 << 10;
/// Window a stream may need, as a power of two (128 MiB: what `zstd -d` allows without being asked).
const WINDOW_LOG: u32 = 27;
/// Plain bytes in one piece of a stream.
const STREAM_PIECE: usize = 1 << 20;
/// Frames in a seek table beyond which it is not used.
pub(super) const TABLE_FRAMES: usize = 4 << 20;

pub(super) struct Frames {
    input: Input,
    /// Sizes from the seek table, in order, when there is one that fits.
    table: Option<std::vec::IntoIter<(u32, u32)>>,
    window: VecDeque<Item>,
    window_bytes: u64,
    stream: Option<Stream>,
    /// Nothing more is to be read from the file.
    done: bool,
}

/// What waits in the window, in order.
enum Item {
    Frame {
        slot: Arc<Slot>,
        at: u64,
        plain: u64,
        consumed: u64,
        cost: u64,
    },
    /// A piece that needs no work.
    Ready(Piece),
    Refused(String),
    /// The input stands at a frame that must be streamed. Always the last in the window.
    Stream,
}

/// A frame being decompressed as a stream.
struct Stream {
    decoder: Decoder<'static>,
    at: u64,
    fresh: bool,
}

impl Frames {
    /// Whether there is a seek table is told by [`Frames::has_table`].
    pub(super) fn new(file: File) -> io::Result<Self> {
        let mut input = Input::new(file)?;
        let table = input.seek_table(TABLE_FRAMES, |compressed, plain| compressed <= WHOLE_COMPRESSED as u64 && plain <= WHOLE_PLAIN)?;
        Ok(Self { input, table: table.map(Vec::into_iter), window: VecDeque::new(), window_bytes: 0, stream: None, done: false })
    }

    pub(super) fn has_table(&self) -> bool {
        self.table.is_some()
    }

    /// Reads frames until the window is full.
    fn fill(&mut self) -> io::Result<()> {
        while !self.done && (self.window.is_empty() || self.window_bytes < WINDOW_BYTES) {
            if matches!(self.window.back(), Some(Item::Stream)) {
                break;
            }
            match &mut self.table {
                Some(table) => match table.next() {
                    Some((compressed, plain)) => self.take(compressed as usize, plain.into())?,
                    None => self.done = true,
                },
                None => self.find()?,
            }
        }
        Ok(())
    }

    /// Takes a frame of known size into the window and offers it to other threads.
    fn take(&mut self, compressed: usize, plain: u64) -> io::Result<()> {
        let at = self.input.position();
        let bytes = self.input.take(compressed)?;
        if bytes.len() < compressed {
            self.done = true;
            self.window.push_back(Item::Ready(Piece::Cut { at: self.input.position() }));
            return Ok(());
        }
        let slot = Arc::new(Slot::new(bytes, plain as usize));
        let offered = Arc::clone(&slot);
        rayon::spawn(move || offered.work());
        let cost = plain + compressed as u64 + FRAME_COST;
        self.window_bytes += cost;
        self.window.push_back(Item::Frame { slot, at, plain, consumed: self.input.position(), cost });
        Ok(())
    }

    /// Looks at what stands at the input without a table to say it.
    fn find(&mut self) -> io::Result<()> {
        let at = self.input.position();
        let item = match begin(self.input.peek(18)?) {
            Begin::End => {
                self.done = true;
                return Ok(());
            }
            Begin::Skippable(length) => {
                if self.input.skip(length)? < length {
                    self.done = true;
                    self.window.push_back(Item::Ready(Piece::Cut { at: self.input.position() }));
                }
                return Ok(());
            }
            Begin::Cut => {
                self.done = true;
                Item::Ready(Piece::Cut { at: self.input.length() })
            }
            Begin::Frame(header) => return self.found(at, &header),
            Begin::Other if at == 0 || !self.input.find_frame(at)? => {
                self.done = true;
                Item::Ready(Piece::Garbage { at })
            }
            Begin::Other => Item::Ready(Piece::Hole { length: None, at, reason: "what stands here is no zstd frame".to_owned() }),
        };
        self.window.push_back(item);
        Ok(())
    }

    /// A frame begins at the input.
    fn found(&mut self, at: u64, header: &FrameHeader) -> io::Result<()> {
        if header.dictionary {
            self.done = true;
            self.window.push_back(Item::Refused("it needs a zstd dictionary, which no bundle does".to_owned()));
            return Ok(());
        }
        let whole = header.content.filter(|plain| *plain <= WHOLE_PLAIN);
        if whole.is_none() && header.window > 1 << WINDOW_LOG {
            self.done = true;
            self.window.push_back(Item::Refused(format!("it asks for {} MiB of memory to be decompressed", header.window >> 20)));
            return Ok(());
        }
        let Some(plain) = whole else {
            self.window.push_back(Item::Stream);
            return Ok(());
        };
        match walk(header, &mut self.input, WHOLE_COMPRESSED)? {
            Walk::Whole(length) => self.take(length, plain),
            // A cut frame gives what is in it.
            Walk::Cut | Walk::TooLong => {
                self.window.push_back(Item::Stream);
                Ok(())
            }
            Walk::Corrupt => {
                self.done = !self.input.find_frame(at)?;
                let reason = "its blocks are damaged".to_owned();
                self.window.push_back(Item::Ready(Piece::Hole { length: None, at, reason }));
                Ok(())
            }
        }
    }

    fn start_stream(&mut self) -> Result<(), PlainError> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
        self.stream = Some(Stream { decoder, at: self.input.position(), fresh: true });
        Ok(())
    }

    /// The next piece of the frame that is streamed; `None` when it gave its last.
    fn stream(&mut self) -> Result<Option<Piece>, PlainError> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let mut bytes = Vec::with_capacity(STREAM_PIECE);
        let mut end = None;
        while bytes.len() < STREAM_PIECE {
            let compressed = self.input.peek(1 << 16)?;
            let at_end = compressed.is_empty();
            let mut from = InBuffer::around(compressed);
            let position = bytes.len();
            let mut to = OutBuffer::around_pos(&mut bytes, position);
            let outcome = stream.decoder.run(&mut from, &mut to);
            let (used, made) = (from.pos(), to.pos() - position);
            self.input.consume(used);
            match outcome {
                Ok(0) => {
                    end = Some(None);
                    break;
                }
                Ok(_) if at_end && made == 0 => {
                    self.done = true;
                    end = Some(Some(Piece::Cut { at: self.input.position() }));
                    break;
                }
                Ok(_) => {}
                Err(error) => {
                    self.done = !self.input.find_frame(stream.at)?;
                    end = Some(Some(Piece::Hole { length: None, at: stream.at, reason: error.to_string() }));
                    break;
                }
            }
        }
        let frame_start = std::mem::replace(&mut stream.fresh, false);
        if let Some(after) = end {
            self.stream = None;
            if let Some(after) = after {
                self.window.push_front(Item::Ready(after));
            }
        }
        Ok((!bytes.is_empty()).then(|| Piece::Bytes { bytes, frame_start, consumed: self.input.position() }))
    }
}

impl Plain for Frames {
    fn next(&mut self) -> Result<Option<Piece>, PlainError> {
        loop {
            if self.stream.is_some() {
                if let Some(piece) = self.stream()? {
                    return Ok(Some(piece));
                }
                continue;
            }
            self.fill()?;
            match self.window.pop_front() {
                None => return Ok(None),
                Some(Item::Ready(piece)) => return Ok(Some(piece)),
                Some(Item::Refused(reason)) => return Err(PlainError::Refused(reason)),
                Some(Item::Stream) => self.start_stream()?,
                Some(Item::Frame { slot, at, plain, consumed, cost }) => {
                    self.window_bytes -= cost;
                    return Ok(Some(match slot.result() {
                        Ok(bytes) => Piece::Bytes { bytes, frame_start: true, consumed },
                        Err(reason) => Piece::Hole { length: Some(plain), at, reason },
                    }));
                }
            }
        }
    }
}
