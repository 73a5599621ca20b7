//! One zstd frame, and the compressors that make them.

use std::io;
use std::sync::Mutex;
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

/// A compressed frame and how much plain text is in it.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) bytes: Vec<u8>,
    pub(super) plain: u32,
}

/// Compressors that are idle: there are never more than threads that compress at once, however many threads come and go (an asynchronous
/// runtime may have hundreds), and each holds a few megabytes.
#[derive(Debug)]
pub(super) struct Compressors {
    level: i32,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle(Vec<Compressor<'static>>);

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} idle", self.0.len())
    }
}

impl Compressors {
    pub(super) fn new(level: i32) -> Self {
        Self { level, idle: Mutex::default() }
    }

    /// Compresses `plain` (at most a few megabytes) as one frame with content size and checksum.
    pub(super) fn frame(&self, plain: &[u8]) -> io::Result<Frame> {
        let idle = super::lock(&self.idle).0.pop();
        let mut compressor = match idle {
            Some(compressor) => compressor,
            None => {
                let mut compressor = Compressor::new(self.level)?;
                compressor.set_parameter(CParameter::ChecksumFlag(true))?;
                compressor.set_parameter(CParameter::ContentSizeFlag(true))?;
                compressor
            }
        };
        let bytes = compressor.compress(plain)?;
        super::lock(&self.idle).0.push(compressor);
        let plain = u32::try_from(plain.len()).map_err(|_| io::Error::other("a frame above 4 GiB"))?;
        Ok(Frame { bytes, plain })
    }
}
