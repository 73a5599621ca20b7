//! Which lines belong together: a stack trace is one event, however many lines it has.
//!
//! Known are Python's tracebacks, Java's, .NET's and Node's `at …` frames with their `Caused by:`, Go's panics with their
//! goroutines, and Rust's panics.

/// What the lines so far are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A line of its own, until another continues it.
    Line,
    /// A Python traceback whose frames are being told.
    Frames,
    /// The same, where another thread's line came between.
    Interrupted,
    /// A Python traceback whose exception was told: another may follow from it.
    Raised,
    /// Between two tracebacks of which one follows from the other.
    Chained,
    /// Frames that begin with `at`.
    At,
    /// A Go panic with its goroutines.
    Goroutines,
    /// A Rust panic before its message.
    Panicked,
    /// A Rust panic after its message.
    Backtrace,
}

const TRACEBACK: &[u8] = b"Traceback (most recent call last):";

impl Shape {
    /// What an event is that begins with this line.
    pub(super) fn begin(line: &[u8]) -> Self {
        if line.ends_with(TRACEBACK) {
            return Self::Frames;
        }
        match line.first() {
            Some(b'p' | b'f') if line.starts_with(b"panic: ") || line.starts_with(b"fatal error: ") => Self::Goroutines,
            Some(b'g') if is_goroutine(line) => Self::Goroutines,
            Some(b't') if line.starts_with(b"thread ") && find(line, b" panicked at ") => Self::Panicked,
            _ => Self::Line,
        }
    }

    /// What the event is after this line; `None` when the line begins another. `head` is the event's first line.
    pub(super) fn next(self, head: &[u8], line: &[u8]) -> Option<Self> {
        let indented = matches!(line.first(), Some(b' ' | b'\t'));
        match self {
            Self::Line => match line.first()? {
                b' ' | b'\t' if is_frame(line) => Some(Self::At),
                b'C' if line.starts_with(b"Caused by: ") => Some(Self::At),
                b'g' if is_goroutine(line) && find(head, b"panic") => Some(Self::Goroutines),
                _ => None,
            },
            Self::Frames | Self::Interrupted if indented => Some(Self::Frames),
            Self::Frames | Self::Interrupted if is_exception(line) => Some(Self::Raised),
            Self::Frames => (!line.is_empty()).then_some(Self::Interrupted),
            Self::Interrupted => None,
            Self::Raised if line.is_empty() => Some(self),
            Self::Raised => is_chain(line).then_some(Self::Chained),
            Self::Chained if line.is_empty() => Some(self),
            Self::Chained => (line == TRACEBACK).then_some(Self::Frames),
            Self::At => (indented || line.starts_with(b"Caused by: ") || line == b"}").then_some(self),
            Self::Goroutines => is_of_goroutine(line).then_some(self),
            Self::Panicked => Some(Self::Backtrace),
            Self::Backtrace => {
                (indented || line.starts_with(b"note: run with `RUST_BACKTRACE") || line == b"stack backtrace:").then_some(self)
            }
        }
    }

    /// Whether the line that led here names what went wrong, beside the first.
    pub(super) fn tells(self, line: &[u8]) -> bool {
        match self {
            Self::Raised => !line.is_empty(),
            Self::At => line.starts_with(b"Caused by: "),
            Self::Backtrace => !line.starts_with(b" ") && !line.starts_with(b"note: ") && line != b"stack backtrace:",
            _ => false,
        }
    }

    /// Whether it is a trace.
    pub(super) fn is_trace(self) -> bool {
        self != Self::Line
    }
}

/// Whether a line may be the middle of an event whose beginning is not seen.
pub(super) fn is_fragment(line: &[u8]) -> bool {
    match line.first() {
        None | Some(b' ' | b'\t') => true,
        Some(b'C' | b'c' | b'g' | b'[' | b'e' | b'}' | b'T' | b'D') => {
            line.starts_with(b"Caused by: ") || line == b"}" || line == TRACEBACK || is_chain(line) || is_of_goroutine(line)
        }
        _ => is_call(line),
    }
}

/// `pymongo.errors.AutoReconnect: connection closed`, or the name alone.
fn is_exception(line: &[u8]) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || *b == b'_';
    name.first().is_some_and(is_letter) && name.iter().all(|b| is_letter(b) || b.is_ascii_digit() || *b == b'.')
}

fn is_chain(line: &[u8]) -> bool {
    line.starts_with(b"During handling of the above exception") || line.starts_with(b"The above exception was the direct cause")
}

fn is_frame(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    text.starts_with(b"at ") || text.starts_with(b"Suppressed: ") || text.starts_with(b"from ") && find(text, b":in ")
}

fn is_goroutine(line: &[u8]) -> bool {
    line.starts_with(b"goroutine ") && line.ends_with(b":")
}

fn is_of_goroutine(line: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 7] =
        [b"\t", b"goroutine ", b"created by ", b"[signal ", b"exit status ", b"runtime stack:", b"...additional frames"];
    line.is_empty() || BEGINNINGS.iter().any(|b| line.starts_with(b)) || is_call(line)
}

/// `main.(*Server).run(0xc000010000, {0x1, 0x2})`
fn is_call(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| !b.is_ascii_whitespace()).position(|b| *b == b'(');
    line.ends_with(b")") && name.is_some_and(|end| line.get(..end).is_some_and(|name| name.contains(&b'.')))
}

fn find(line: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(line, word).is_some()
}
