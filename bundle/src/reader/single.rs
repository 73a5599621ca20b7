//! A file that is no archive, packed or not: one entry of its name.

use super::End;
use super::intake::{Admission, Intake, IntakeError};
use super::plain::{Piece, Plain, PlainError};
use crate::ProblemKind;
use std::io;

/// A single file being read.
pub(super) struct Single {
    plain: Box<dyn Plain>,
    name: Vec<u8>,
    length: u64,
    begun: bool,
    pub(super) consumed: u64,
    pub(super) read: u64,
    pub(super) end: End,
}

/// Why a single file is not read on.
pub(super) enum SingleError {
    Intake(IntakeError),
    Refused(String),
    Io(io::Error),
}

impl Single {
    /// `name` is what the entry is called, `length` how long the file is.
    pub(super) fn new(plain: Box<dyn Plain>, name: Vec<u8>, length: u64) -> Self {
        Self { plain, name, length, begun: false, consumed: 0, read: 0, end: End::Clean }
    }

    /// Does a bit; `false` when there is nothing left to do.
    pub(super) fn step(&mut self, intake: &mut Intake) -> Result<bool, SingleError> {
        if !std::mem::replace(&mut self.begun, true) && intake.begin(&self.name, self.length, 0, None) != Admission::Wanted {
            return Ok(false);
        }
        let piece = self.plain.next().map_err(|error| match error {
            PlainError::Io(error) => SingleError::Io(error),
            PlainError::Refused(reason) => SingleError::Refused(reason),
        })?;
        let (kind, at, message) = match piece {
            Some(Piece::Bytes { bytes, consumed, .. }) => {
                self.consumed = consumed;
                self.read += bytes.len() as u64;
                intake.data(&bytes);
                let most = intake.limits.total_bytes;
                let long = (self.read > most).then(|| format!("more than {most} bytes: the rest was not read"));
                let Some(message) = intake.too_long().or(long) else { return Ok(true) };
                self.end = End::Stopped;
                (ProblemKind::LimitReached, self.read, message)
            }
            None => {
                intake.end(false).map_err(SingleError::Intake)?;
                return Ok(false);
            }
            Some(Piece::Hole { at, reason, .. }) => {
                self.end = End::Damaged;
                (ProblemKind::DamagedFrame, at, format!("the file is damaged here, and the rest was not read: {reason}"))
            }
            Some(Piece::Garbage { at }) => {
                self.end = End::Damaged;
                (ProblemKind::TrailingData, at, "what follows is not packed as what is before it: it was not read".to_owned())
            }
            Some(Piece::Cut { at }) => {
                self.end = End::Cut;
                (ProblemKind::Cut, at, "the file ends here, before its end: what came before was read".to_owned())
            }
        };
        let (path, _) = intake.current().unzip();
        intake.problem(kind, path, Some(at), message);
        intake.end(true).map_err(SingleError::Intake)?;
        Ok(false)
    }
}
