//! The program's only way to the terminal: people's words on stderr, the bundle's path on stdout.
use anstream::AutoStream;
use std::io::{IsTerminal, Write};

/// What can be said in colour.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    /// Plain words.
    Plain,
    /// Something is missing, but the run goes on.
    Warn,
    /// The run ends.
    Error,
}

/// Whether stderr is a terminal.
pub(crate) fn on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// A line on stderr. A closed stderr is no reason to fail.
pub(crate) fn say(tone: Tone, text: &str) {
    let (before, after) = match tone {
        Tone::Plain => ("", ""),
        Tone::Warn => ("\x1b[33m", "\x1b[0m"),
        Tone::Error => ("\x1b[31m", "\x1b[0m"),
    };
    // AutoStream takes the colours out where nobody wants them: no terminal, NO_COLOR, TERM=dumb.
    let mut stderr = AutoStream::auto(std::io::stderr().lock());
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let _ = writeln!(stderr, "{before}{}{after}", printable(first));
    for line in rest.lines() {
        let _ = writeln!(stderr, "{}", printable(line));
    }
}

/// Text on stdout, as it is: what other programs read.
pub(crate) fn answer(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// A server's words cannot move the cursor or change the terminal: control and direction characters become visible.
pub(crate) fn printable(text: &str) -> String {
    let hostile =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().map(|c| if hostile(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_servers_words_cannot_drive_the_terminal() {
        assert_eq!(super::printable("a\x1b[2J\u{202e}b\tc"), "a\u{fffd}[2J\u{fffd}b\u{fffd}c");
    }
}
