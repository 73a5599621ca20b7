//! Bundle format 1: the file between the two programs.
//!
//! A bundle is a plain `tar` with one top folder inside concatenated `zstd` frames, so that `tar --zstd -xf`, `jq` and `rg` work on it
//! without us. This crate owns everything about it: where each thing lies ([`EntryPath`], [`Place`]), what the describing files say
//! ([`Header`], [`Manifest`], [`RequestRecord`]), how it is written ([`Writer`]) and read ([`Reader`]), and how it is checked
//! ([`verify()`]). No other crate writes a path literal or looks at a frame.
//!
//! Two promises shape the code. *A run that dies leaves a file that opens*: entries reach the file whole or not at all, and each begins
//! at a frame of its own. *A bundle comes from somebody else's machine*: the reader extracts nothing, writes nothing, and every size it
//! believes has a cap in [`Limits`].

mod error;
mod limits;
mod manifest;
mod paths;
mod problem;
mod reader;
mod records;
mod size;
mod verify;
mod writer;

pub use error::{OpenError, OpenErrorKind, ReadError, ReadErrorKind, WriteError, WriteErrorKind};
pub use limits::Limits;
pub use manifest::{FileRecord, Manifest, Outcome, SourceOutcome, Totals};
pub use paths::{EntryPath, InvalidPath, LogKind, Place};
pub use problem::{Problem, ProblemKind};
pub use reader::{Chunk, Container, End, EntryInfo, Everything, RandomAccess, Reader, Summary, read_all};
pub use records::{ClusterInfo, Header, RequestRecord, ToolInfo};
pub use size::size;
pub use verify::{Fault, FaultKind, VerifyReport, verify};
pub use writer::{EntryStats, EntryWriter, Finished, Seal, Writer, WriterOptions};

/// The format number this crate writes, and the highest it reads.
pub const FORMAT: u32 = 1;
