//! The program's only way to the terminal: results on stdout, words about the run on stderr.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

/// A line on stderr, red when it is an error. A closed stderr is no reason to fail.
pub(crate) fn error(text: &str) {
    // AutoStream takes the colours out where nobody wants them: no terminal, NO_COLOR, TERM=dumb.
    let mut stderr = AutoStream::auto(std::io::stderr().lock());
    let _ = writeln!(stderr, "\x1b[31merror:\x1b[0m {}", tarbox_reports::sanitize::line(text));
}

/// A line on stderr that a person should know while the command goes on.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", tarbox_reports::sanitize::line(text));
}

/// Text on stdout. Whoever closes the pipe (`| head`) has read enough: that is no error.
pub(crate) fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Whether stdout shows colours: a terminal, and nobody said no.
pub(crate) fn colours() -> bool {
    AutoStream::choice(&std::io::stdout()) != ColorChoice::Never
}

/// Columns of the terminal, or 80.
pub(crate) fn width() -> usize {
    columns().unwrap_or(80).clamp(40, 120)
}

/// Columns of whatever shows stdout: `COLUMNS`, else what the terminal says. Nothing for a pipe or a file, where a line stays a line.
pub(crate) fn columns() -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    told.or_else(|| std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0)))
}

/// Text in lines of at most `room` columns, broken between words; a word that is wider is cut.
pub(crate) fn folded(text: &str, room: usize) -> Vec<String> {
    let how = textwrap::Options::new(room.max(1)).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, how).into_iter().map(std::borrow::Cow::into_owned).collect()
}
