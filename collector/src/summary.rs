//! What the run came to, in words.
use crate::run::Gap;
use std::fmt::Write as _;

/// Bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    let (mut value, mut unit) = (count as f64, "B");
    for next in ["KB", "MB", "GB", "TB"] {
        if value < 1_000.0 {
            break;
        }
        (value, unit) = (value / 1_000.0, next);
    }
    if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") }
}

/// The gaps, grouped by what was said about them, so that a hundred equal ones are one line.
pub(crate) fn gaps(gaps: &[Gap], unlisted: u64) -> String {
    const LINES: usize = 10;
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for gap in gaps {
        match groups.iter_mut().find(|(why, _)| *why == gap.why) {
            Some((_, sources)) => sources.push(&gap.source),
            None => groups.push((&gap.why, vec![&gap.source])),
        }
    }
    let mut text = String::new();
    for (why, sources) in groups.iter().take(LINES) {
        let shown = sources.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = if sources.len() > 3 { format!(" and {} more", sources.len() - 3) } else { String::new() };
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  missing: {shown}{more}: {why}");
    }
    let hidden = groups.iter().skip(LINES).map(|(_, sources)| sources.len() as u64).sum::<u64>() + unlisted;
    if hidden > 0 {
        let _ = writeln!(text, "  missing: {hidden} more; all are listed in the bundle's manifest.json");
    }
    text
}

/// What the server said first about a gap.
pub(crate) fn first_words(gaps: &[Gap]) -> String {
    gaps.first().map(|gap| gap.why.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!([bytes(12), bytes(1_500), bytes(2_340_000_000)], ["12 B", "1.5 KB", "2.3 GB"]);
    }

    #[test]
    fn equal_gaps_are_one_line() {
        let gap = |source: &str, why: &str| Gap { source: source.into(), why: why.into() };
        let list = [gap("a", "no"), gap("b", "no"), gap("c", "late"), gap("d", "no"), gap("e", "no")];
        assert_eq!(gaps(&list, 0), "  missing: a, b, d and 1 more: no\n  missing: c: late\n");
    }
}
