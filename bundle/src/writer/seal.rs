//! Encryption around the whole file, on its way to the disk. Which kind is the caller's choice: this crate knows no cryptography.

/// Turns the file's bytes into sealed ones. They come in order, each once; what was sealed cannot be taken back.
pub trait Seal: Send + std::fmt::Debug {
    /// Appends to `out` what stands before everything else.
    fn begin(&mut self, out: &mut Vec<u8>);

    /// Takes further bytes and appends to `out` what can be written by now.
    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>);

    /// The end: appends what was held back.
    fn end(&mut self, out: &mut Vec<u8>);
}
