//! Times as programs print them: RFC 3339, Go's `2026-01-02 03:04:05.6 +0000 UTC m=+0.1`, `2026-01-02 03:04:05 UTC`.

use tarbox_model::Timestamp;

/// Reads one; quotes around it do no harm.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_matches(['"', '\'']);
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let (date, time) = match first.split_once('T') {
        Some((date, time)) => (date, time.trim_end_matches("UTC")),
        None => (first, words.next()?),
    };
    let zone = words.next().filter(|w| w.starts_with(['+', '-'])).unwrap_or("Z");
    format!("{date}T{time}{zone}").parse().ok()
}

/// The last line that is a time.
pub(crate) fn last(text: &str) -> Option<Timestamp> {
    text.lines().rev().find_map(read)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_of_every_tool() {
        let wanted = "2026-01-02T03:04:05.5Z".parse().ok();
        for text in [
            "\"2026-01-02T03:04:05.5Z\"",
            "2026-01-02 03:04:05.5 +0000 UTC m=+0.012",
            "'2026-01-02 03:04:05.5 UTC'",
            "2026-01-02T03:04:05.5UTC",
            "2026-01-02 05:04:05.5 +0200 CEST",
        ] {
            assert_eq!(super::read(text), wanted, "{text}");
        }
        assert_eq!(super::last("2026-01-01 00:00:00 +0000 UTC\n2026-01-02 03:04:05.5 +0000 UTC m=+9\n\n"), wanted);
        assert_eq!(super::read("soon"), None);
    }
}
