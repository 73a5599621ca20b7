//! The time that the container runtime puts before each line of a log. It is not text that is searched, and it is what a stretch of time
//! is compared with.

use tarbox_model::Timestamp;

/// Bytes of `2026-11-24T03:04:05`.
const SECONDS: usize = 19;

/// Bytes of the runtime's time and the blank behind it; 0 where there is none.
///
/// `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm) `: what [`tarbox_load::split_time`] reads as a time is this, or is left as text here.
pub(crate) fn length(line: &[u8]) -> usize {
    zone(line).map_or(0, |(at, zone)| at + zone + 1)
}

/// Where the zone begins, and how long it is.
fn zone(line: &[u8]) -> Option<(usize, usize)> {
    let head = line.get(..SECONDS)?;
    let fits = head.iter().enumerate().all(|(i, b)| match i {
        4 | 7 => *b == b'-',
        10 => *b == b'T',
        13 | 16 => *b == b':',
        _ => b.is_ascii_digit(),
    });
    let mut at = SECONDS;
    if fits && line.get(at) == Some(&b'.') {
        at += 1 + line.get(at + 1..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    }
    let zone = match line.get(at)? {
        b'Z' => 1,
        b'+' | b'-' => 6,
        _ => return None,
    };
    (fits && line.get(at + zone) == Some(&b' ')).then_some((at, zone))
}

/// Earliest and latest second of the lines of a block, gathered line by line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    /// Both as they stand: of times in UTC, order of text is order of time.
    ends: Option<([u8; SECONDS], [u8; SECONDS])>,
    /// Whether a line may have a time that cannot be compared so.
    open: bool,
}

impl Span {
    /// Looks at the beginning of a line.
    pub(crate) fn line(&mut self, line: &[u8]) {
        match zone(line) {
            Some((at, _)) if line.get(at) == Some(&b'Z') => {
                let Some(seconds) = line.first_chunk::<SECONDS>() else { return };
                match &mut self.ends {
                    None => self.ends = Some((*seconds, *seconds)),
                    Some((first, _)) if seconds < first => *first = *seconds,
                    Some((_, last)) if seconds > last => *last = *seconds,
                    Some(_) => {}
                }
            }
            // Another zone, a shape that is not looked for here, a mongod's own time.
            _ => self.open |= line.first().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'{' | b'-' | b'+')),
        }
    }

    /// Seconds since 1970 of the first and the last; `None` when any time is possible. Lines without a time give a span of nothing.
    pub(crate) fn seconds(&self) -> Option<(i64, i64)> {
        let second = |text: &[u8; SECONDS]| {
            let text = std::str::from_utf8(text).ok()?;
            format!("{text}Z").parse::<Timestamp>().ok().map(Timestamp::as_second)
        };
        match (self.open, &self.ends) {
            (true, _) => None,
            (false, None) => Some((i64::MAX, i64::MIN)),
            (false, Some((first, last))) => Some((second(first)?, second(last)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_what_the_runtime_writes() {
        for (line, expected) in [
            ("2026-11-24T03:04:05.123456789Z INFO", 31),
            ("2026-11-24T03:04:05Z x", 21),
            ("2026-11-24T03:04:05.1+02:00 x", 28),
            ("2026-11-24T03:04:05 x", 0),
            ("2026-11-24T03:04:05.123Z", 0),
            ("2026-11-24 03:04:05,123 INFO", 0),
            ("INFO", 0),
            ("", 0),
        ] {
            assert_eq!(length(line.as_bytes()), expected, "{line}");
            let read = tarbox_load::split_time(line).0.is_some();
            assert!(expected == 0 || read, "{line}: what is left out of the text is a time");
        }
    }

    #[test]
    fn a_span_is_from_the_first_to_the_last_or_open() {
        let span = |lines: &[&str]| {
            let mut span = Span::default();
            lines.iter().for_each(|line| span.line(line.as_bytes()));
            span.seconds()
        };
        assert_eq!(span(&["1970-01-01T00:00:09.5Z b", "1970-01-01T00:00:07Z a", "  at x"]), Some((7, 9)));
        assert_eq!(span(&["  at x", "no time"]), Some((i64::MAX, i64::MIN)));
        for odd in
            ["1970-01-01T00:00:07+02:00 a", r#"{"t":{"$date":"1970-01-01T00:00:07Z"}}"#, "1970-13-01T00:00:07Z a", "1970-01-01T00:00:07 a"]
        {
            assert_eq!(span(&["1970-01-01T00:00:09Z b", odd]), None, "{odd}");
        }
    }
}
