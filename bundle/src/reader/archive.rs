//! The bounded pass over a tar archive: headers are believed only as far as the limits go, and nothing is ever unpacked.
//!
//! Damage does not end the reading where frames allow to go on: after a frame that cannot be decompressed, or a header that is none, the
//! next frame that begins with a valid header is where an entry begins again.

use super::End;
use super::block::{self, BLOCK, BlockError, Pax, TarBlock};
use super::buffers;
use super::intake::{Admission, Intake, IntakeError};
use super::names;
use super::plain::{Piece, Plain, PlainError};
use crate::ProblemKind;
use std::io;

/// Longest body of an extension header; what is longer is an attack on memory.
const META_BYTES: u64 = 8 << 20;
/// Largest size of an entry that anybody could mean (1 PiB).
const SIZE_MAX: u64 = 1 << 50;
/// Plain bytes that come out before the compression ratio is judged.
const RATIO_FROM: u64 = 256 << 20;
/// Zeros behind the end that are read to see whether anything follows.
const TRAILING_BYTES: u64 = 16 << 20;

/// Why the archive is not read on.
#[derive(Debug)]
pub(super) enum ArchiveError {
    /// The very first block is no tar header.
    NotTar,
    Refused {
        reason: String,
        offset: u64,
    },
    NewerFormat(u32),
    Io(io::Error),
}

/// How far the archive is.
#[derive(Debug)]
enum State {
    /// A header must follow.
    Header,
    /// Content of an entry, then padding.
    Content {
        remaining: u64,
        padding: u64,
    },
    /// Body of an extension header, then padding.
    Meta {
        kind: u8,
        remaining: u64,
        padding: u64,
        body: Vec<u8>,
    },
    /// Blocks of a sparse map, then what they describe.
    Sparse {
        size: u64,
    },
    /// Lost: the next frame that begins with a header begins an entry.
    Lost,
    /// Behind the end: this many zeros so far.
    Trailing {
        zeros: u64,
    },
    Done,
}

pub(super) struct Archive {
    plain: Box<dyn Plain>,
    /// Whether entries begin with frames, so that one can be found again behind damage.
    framed: bool,
    /// The piece being read, and how much of it is.
    piece: Vec<u8>,
    at: usize,
    /// Whether the piece begins a frame.
    frame_start: bool,
    /// Position in the plain archive; missing parts count with their announced length.
    pub(super) offset: u64,
    pub(super) consumed: u64,
    state: State,
    /// A header block that lies across pieces.
    carry: Vec<u8>,
    /// Extensions for the next header.
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
    long_link: bool,
    /// Zero blocks just before.
    zero_block: bool,
    /// Whether anything was a valid header yet.
    begun: bool,
    /// Whether the marked end was reached.
    ended: bool,
    /// Whether the file was cut.
    cut: bool,
    /// Whether something could not be read in the middle.
    damaged: bool,
    /// Whether it was told that sizes are a byte too large.
    oversized: bool,
    /// Whether the rest was given up: a limit, or damage behind which no entry can be found.
    stopped: bool,
}

impl Archive {
    pub(super) fn new(plain: Box<dyn Plain>, framed: bool) -> Self {
        Self {
            plain,
            framed,
            piece: Vec::new(),
            at: 0,
            frame_start: false,
            offset: 0,
            consumed: 0,
            state: State::Header,
            carry: Vec::new(),
            pax: None,
            long_name: None,
            long_link: false,
            zero_block: false,
            begun: false,
            ended: false,
            cut: false,
            damaged: false,
            oversized: false,
            stopped: false,
        }
    }

    pub(super) fn how_it_ended(&self) -> End {
        match (self.stopped, self.cut, self.damaged) {
            (true, ..) => End::Stopped,
            (_, true, _) => End::Cut,
            (_, _, true) => End::Damaged,
            _ => End::Clean,
        }
    }

    /// Does a bit; `false` when there is nothing left to do.
    pub(super) fn step(&mut self, intake: &mut Intake) -> Result<bool, ArchiveError> {
        if matches!(self.state, State::Done) {
            return Ok(false);
        }
        if self.at == self.piece.len() && !self.next_piece(intake)? {
            return Ok(!matches!(self.state, State::Done));
        }
        match self.state {
            State::Header | State::Sparse { .. } => self.block(intake)?,
            State::Content { .. } => self.content(intake)?,
            State::Meta { .. } => self.meta()?,
            State::Lost if self.framed => self.search(),
            State::Lost => {
                self.stopped = true;
                self.finish(intake)?;
            }
            State::Trailing { .. } => self.trailing(intake),
            State::Done => {}
        }
        Ok(true)
    }

    /// Fetches the next piece; `false` when none came but something else.
    fn next_piece(&mut self, intake: &mut Intake) -> Result<bool, ArchiveError> {
        let piece = self.plain.next().map_err(|error| match error {
            PlainError::Io(error) => ArchiveError::Io(error),
            PlainError::Refused(reason) => ArchiveError::Refused { reason, offset: self.offset },
        })?;
        match piece {
            Some(Piece::Bytes { bytes, frame_start, consumed }) => {
                buffers::give(std::mem::replace(&mut self.piece, bytes));
                (self.at, self.frame_start, self.consumed) = (0, frame_start, consumed);
                let total = self.offset + self.piece.len() as u64;
                if total > intake.limits.total_bytes {
                    let message = format!("more than {} bytes of plain text: the rest was not read", intake.limits.total_bytes);
                    return self.stop(intake, message);
                }
                if total > RATIO_FROM && total / intake.limits.ratio.max(1) > consumed {
                    let message = format!("{consumed} bytes became {total}: such a ratio is no log's but an attack; the rest was not read");
                    return self.stop(intake, message);
                }
                return Ok(!self.piece.is_empty());
            }
            Some(Piece::Hole { length, at, reason }) => self.hole(intake, length, at, &reason)?,
            Some(Piece::Garbage { at }) => {
                let (kind, message) = if self.ended {
                    (ProblemKind::TrailingData, "data after the end of the bundle was ignored")
                } else {
                    (ProblemKind::DamagedFrame, "the file is damaged from here on: the rest was not read")
                };
                intake.problem(kind, None, Some(at), message);
                self.stopped |= !self.ended;
                self.finish(intake)?;
            }
            Some(Piece::Cut { at }) => {
                intake.problem(ProblemKind::Cut, None, Some(at), "the file ends here, before its end: what came before was read");
                self.cut = true;
                self.finish(intake)?;
            }
            None => {
                if !self.begun && !self.carry.is_empty() {
                    return Err(ArchiveError::NotTar);
                }
                if !self.ended {
                    self.cut = true;
                    let message = "the archive ends without its end mark: it may be cut";
                    intake.problem(ProblemKind::MissingEnd, None, Some(self.offset), message);
                }
                self.finish(intake)?;
            }
        }
        Ok(false)
    }

    /// Reads no further, because of a limit.
    fn stop(&mut self, intake: &mut Intake, message: String) -> Result<bool, ArchiveError> {
        intake.problem(ProblemKind::LimitReached, None, Some(self.offset), message);
        self.stopped = true;
        self.finish(intake)?;
        Ok(false)
    }

    /// Ends what is open; nothing follows.
    fn finish(&mut self, intake: &mut Intake) -> Result<(), ArchiveError> {
        self.end_cut(intake)?;
        self.piece = Vec::new();
        self.at = 0;
        self.state = State::Done;
        Ok(())
    }

    /// Ends the open entry before its end, when there is one.
    fn end_cut(&mut self, intake: &mut Intake) -> Result<(), ArchiveError> {
        if let State::Content { remaining, .. } = self.state {
            if let (true, Some((path, received))) = (remaining > 0, intake.current()) {
                let message = format!("{remaining} bytes of it are missing: the bundle is cut or damaged here");
                intake.problem(ProblemKind::Cut, Some(path), Some(received), message);
            }
            self.end(intake, remaining > 0)?;
        }
        Ok(())
    }

    /// Frames that cannot be decompressed.
    fn hole(&mut self, intake: &mut Intake, length: Option<u64>, at: u64, reason: &str) -> Result<(), ArchiveError> {
        intake.problem(ProblemKind::DamagedFrame, None, Some(at), format!("a damaged part of the file was left out: {reason}"));
        self.damaged = true;
        self.offset += length.unwrap_or(0);
        self.carry.clear();
        self.forget();
        let rest = match (&self.state, length) {
            (State::Content { remaining, padding }, Some(length)) => remaining.saturating_add(*padding).checked_sub(length),
            (State::Trailing { .. } | State::Done, _) => return Ok(()),
            _ => None,
        };
        self.end_cut(intake)?;
        self.state = match rest {
            Some(0) => State::Header,
            // The rest of a broken entry is of no use: its lines would be numbered wrongly.
            Some(rest) => State::Content { remaining: 0, padding: rest },
            None => State::Lost,
        };
        Ok(())
    }

    /// Drops extensions that waited for a header.
    fn forget(&mut self) {
        (self.pax, self.long_name, self.long_link, self.zero_block) = (None, None, false, false);
    }

    fn advance(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }

    /// A whole block, put together from pieces when it lies across them.
    fn take_block(&mut self) -> Option<[u8; BLOCK]> {
        let rest = &self.piece[self.at..];
        if self.carry.is_empty()
            && let Some(block) = rest.first_chunk::<BLOCK>()
        {
            let block = *block;
            self.advance(BLOCK);
            return Some(block);
        }
        let count = rest.len().min(BLOCK - self.carry.len());
        self.carry.extend_from_slice(&rest[..count]);
        self.advance(count);
        let block = *self.carry.first_chunk::<BLOCK>()?;
        self.carry.clear();
        Some(block)
    }

    fn block(&mut self, intake: &mut Intake) -> Result<(), ArchiveError> {
        let Some(block) = self.take_block() else { return Ok(()) };
        if let State::Sparse { size } = self.state {
            // The last byte but seven of a sparse block says whether another follows.
            if block[504] == 0 {
                self.skip(size);
            }
            return Ok(());
        }
        if block::is_zero(&block) {
            self.begun = true;
            if std::mem::replace(&mut self.zero_block, true) {
                self.ended = true;
                self.state = State::Trailing { zeros: 0 };
            }
            return Ok(());
        }
        let here = self.offset - BLOCK as u64;
        if self.zero_block {
            intake.problem(ProblemKind::MissingEnd, None, Some(here), "half an end mark: what follows it was ignored");
            self.ended = true;
            self.state = State::Trailing { zeros: 0 };
            return Ok(());
        }
        match block::parse(&block) {
            Ok(header) => {
                self.begun = true;
                if intake.count(here) {
                    self.header(header, here, intake)
                } else {
                    self.stopped = true;
                    self.finish(intake)
                }
            }
            Err(BlockError::Refused(reason)) => Err(self.refused(reason)),
            Err(BlockError::Checksum) if !self.begun => Err(ArchiveError::NotTar),
            Err(BlockError::Checksum) => {
                if !self.damaged {
                    intake.problem(
                        ProblemKind::DamagedHeader,
                        None,
                        Some(here),
                        "what stands here is no header of an entry, though one must be",
                    );
                }
                self.damaged = true;
                self.forget();
                self.state = State::Lost;
                // The rest of this piece has no place where an entry could safely begin.
                self.drop_piece();
                Ok(())
            }
        }
    }

    fn drop_piece(&mut self) {
        self.advance(self.piece.len() - self.at);
    }

    fn refused(&self, reason: impl Into<String>) -> ArchiveError {
        ArchiveError::Refused { reason: reason.into(), offset: self.offset }
    }

    /// Steps over content that nobody wants.
    fn skip(&mut self, size: u64) {
        self.state = State::Content { remaining: 0, padding: size.saturating_add(padding(size)) };
    }

    fn header(&mut self, header: TarBlock, here: u64, intake: &mut Intake) -> Result<(), ArchiveError> {
        if matches!(header.kind, b'x' | b'g' | b'L' | b'K') {
            let twice = match header.kind {
                b'x' => self.pax.is_some(),
                b'L' => self.long_name.is_some(),
                b'K' => std::mem::replace(&mut self.long_link, true),
                _ => false,
            };
            if twice {
                return Err(self.refused("two extension headers of one kind for one entry"));
            }
            if header.size > META_BYTES {
                return Err(self.refused("an extension header of unreasonable size"));
            }
            self.state = State::Meta { kind: header.kind, remaining: header.size, padding: padding(header.size), body: Vec::new() };
            return Ok(());
        }
        let pax = self.pax.take().unwrap_or_default();
        let long_name = self.long_name.take();
        self.forget();
        if let (Some(one), Some(other)) = (&pax.path, &long_name)
            && one != other
        {
            return Err(self.refused("two extension headers that give one entry different names"));
        }
        let size = match pax.size {
            Some(size) if size != header.size && !(header.size == 0 && size >= 1 << 33) => {
                return Err(self.refused("an entry with two different sizes"));
            }
            Some(size) => size,
            None => header.size,
        };
        if size > SIZE_MAX {
            return Err(self.refused("an entry of a size beyond all bounds"));
        }
        let extended = pax.path.is_some() || pax.size.is_some() || long_name.is_some();
        let is_named_as_folder = |name: &[u8]| matches!(header.kind, 0 | b'0' | b'7') && name.ends_with(b"/");
        let own = is_named_as_folder(&header.name);
        let name = pax.path.or(long_name).unwrap_or(header.name);
        let folder = header.kind == b'5' || is_named_as_folder(&name);
        // The oldest format has no type for folders, but a slash behind the name. In a later one some tools list a file here; and where there
        // are two names, some tools go by the one and some by the other.
        let told = match header.kind {
            0 if own && !folder => Some("taken for a file: its header has the name of a folder"),
            0 if own != folder => Some("taken for a folder: its header has the name of a file"),
            b'0' | b'7' if folder => Some("taken for a folder: its name is a folder's, its type a file's"),
            _ => None,
        };
        if let Some(what) = told {
            intake.problem(ProblemKind::UnsupportedType, Some(names::shown(&name)), Some(here), what);
        }
        if size > 0 && (folder || matches!(header.kind, b'1'..=b'6')) {
            return Err(self.refused("content of an entry that cannot have any"));
        }
        let regular = matches!(header.kind, 0 | b'0' | b'7') && !folder && !pax.sparse;
        if !regular {
            match header.kind {
                _ if folder => intake.folder(&name, here),
                // A volume label is no entry; some tools give what was said of it to the entry behind it, or stop at its content.
                b'V' if extended || size > 0 => intake.other(&name, "a volume label with a name or content as entries have", here),
                b'V' => {}
                b'1' => intake.other(&name, "a hard link", here),
                b'2' => intake.other(&name, "a symbolic link", here),
                b'3' | b'4' => intake.other(&name, "a device", here),
                b'6' => intake.other(&name, "a pipe", here),
                b'S' | 0 | b'0' | b'7' => intake.other(&name, "a sparse file", here),
                _ => intake.other(&name, "of an unknown type", here),
            }
            self.skip(size);
            if header.sparse_more {
                self.state = State::Sparse { size };
            }
            return Ok(());
        }
        match intake.begin(&name, size, here, Some(self.offset)) {
            Admission::Wanted => {
                self.state = State::Content { remaining: size, padding: padding(size) };
                if size == 0 {
                    self.end(intake, false)?;
                }
                Ok(())
            }
            Admission::Skipped => {
                self.skip(size);
                Ok(())
            }
        }
    }

    fn content(&mut self, intake: &mut Intake) -> Result<(), ArchiveError> {
        let State::Content { remaining, padding } = &mut self.state else { return Ok(()) };
        // The last byte has a block of its own.
        let alone = !self.framed && *padding == BLOCK as u64 - 1;
        if alone && *remaining == 1 {
            return self.last_byte(intake);
        }
        let rest = &self.piece[self.at..];
        let count = remaining.saturating_sub(alone.into()).min(rest.len() as u64) as usize;
        if count > 0 {
            *remaining -= count as u64;
            let done = *remaining == 0;
            intake.data(&rest[..count]);
            self.advance(count);
            return if done { self.end(intake, false) } else { Ok(()) };
        }
        let count = (*padding).min(rest.len() as u64) as usize;
        *padding -= count as u64;
        let done = *padding == 0;
        self.advance(count);
        if done {
            self.state = State::Header;
        }
        Ok(())
    }

    /// A last byte with a block of its own. crust-gather announces a byte more than it writes: in its archives the next header stands here.
    fn last_byte(&mut self, intake: &mut Intake) -> Result<(), ArchiveError> {
        let Some(block) = self.take_block() else { return Ok(()) };
        self.state = State::Header;
        if block::parse(&block).is_ok() {
            // To be taken again, as a header. Other tools would take it for content, so it is told; once, for such archives do it everywhere.
            self.carry = block.to_vec();
            if !std::mem::replace(&mut self.oversized, true) {
                let message = "sizes are a byte larger than what follows, as crust-gather writes them: other tools miss entries here";
                intake.problem(ProblemKind::DamagedHeader, None, Some(self.offset - BLOCK as u64), message);
            }
        } else {
            intake.data(&block[..1]);
        }
        self.end(intake, false)
    }

    /// The content of an entry is over; its padding may follow.
    fn end(&mut self, intake: &mut Intake, cut: bool) -> Result<(), ArchiveError> {
        if let State::Content { padding: 0, .. } = self.state {
            self.state = State::Header;
        }
        intake.end(cut).map_err(|error| match error {
            IntakeError::NewerFormat(found) => ArchiveError::NewerFormat(found),
            IntakeError::Refused(reason) => self.refused(reason),
        })
    }

    fn meta(&mut self) -> Result<(), ArchiveError> {
        let State::Meta { kind, remaining, padding, body } = &mut self.state else { return Ok(()) };
        let rest = &self.piece[self.at..];
        let count = (*remaining).min(rest.len() as u64) as usize;
        body.extend_from_slice(&rest[..count]);
        *remaining -= count as u64;
        let skipped = (*padding).min((rest.len() - count) as u64) as usize;
        *padding -= skipped as u64;
        if !block::is_zero(&rest[count..count + skipped]) {
            // GNU tar reads a name up to its NUL, whatever size the header says.
            return Err(self.refused("an extension header that goes on behind its size"));
        }
        if *remaining == 0 && *padding == 0 {
            let (kind, body) = (*kind, std::mem::take(body));
            self.state = State::Header;
            self.extension(kind, &body)?;
        }
        self.advance(count + skipped);
        Ok(())
    }

    fn extension(&mut self, kind: u8, body: &[u8]) -> Result<(), ArchiveError> {
        match kind {
            b'L' => self.long_name = Some(block::long_name(body).map_err(|reason| self.refused(reason))?),
            b'x' => self.pax = Some(block::pax(body).map_err(|reason| self.refused(reason))?),
            b'g' => {
                let all = block::pax(body).map_err(|reason| self.refused(reason))?;
                if all.path.is_some() || all.size.is_some() || all.link || all.sparse {
                    return Err(self.refused("a header that gives all entries one name or size"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Looks for a header at the beginning of a frame.
    fn search(&mut self) {
        let whole = self.at == 0 && self.frame_start;
        let rest = &self.piece[self.at..];
        let header = rest.first_chunk::<BLOCK>().is_some_and(|first| {
            // Our end mark is a frame of its own: zeros in the middle of a file's content are none.
            if block::is_zero(first) { rest.len() == 2 * BLOCK && block::is_zero(rest) } else { block::looks_like_tar(first) }
        });
        if whole && header {
            self.state = State::Header;
        } else {
            self.drop_piece();
        }
    }

    fn trailing(&mut self, intake: &mut Intake) {
        let State::Trailing { zeros } = &mut self.state else { return };
        let rest = &self.piece[self.at..];
        *zeros += rest.len() as u64;
        let more = !block::is_zero(rest);
        if more || *zeros > TRAILING_BYTES {
            if more {
                intake.problem(ProblemKind::TrailingData, None, Some(self.offset), "data after the end of the archive was ignored");
            }
            self.state = State::Done;
        }
        self.drop_piece();
    }
}

/// Bytes that fill the last block.
fn padding(size: u64) -> u64 {
    let block = BLOCK as u64;
    (block - size % block) % block
}
