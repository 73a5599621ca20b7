//! What the demo itself says, on stderr: results are the two programs' own.
use anstream::AutoStream;
use std::io::Write;

/// A step that begins.
pub(crate) fn step(text: &str) {
    say("\x1b[1m", text);
}

/// Why the demo ends.
pub(crate) fn error(text: &str) {
    say("\x1b[31m", &format!("error: {text}"));
}

/// Something that the reader of the result should know.
pub(crate) fn note(text: &str) {
    say("\x1b[33m", text);
}

fn say(tone: &str, text: &str) {
    // A name out of a bundle cannot drive the terminal. A closed stderr is no reason to fail.
    let text: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(AutoStream::auto(std::io::stderr().lock()), "{tone}{text}\x1b[0m");
}
