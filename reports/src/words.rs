//! Words that every format shares, so that they never say the same thing differently.

use tarbox_model::analysis::Analysis;
use tarbox_model::coverage::Outcome;
use tarbox_model::{ObjectRef, Timestamp};

/// An outcome as machines read it.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Collected => "collected",
        Outcome::Partial => "partial",
        Outcome::Denied => "denied",
        Outcome::TimedOut => "timed-out",
        Outcome::Cut => "cut",
        Outcome::Absent => "absent",
        Outcome::Failed => "failed",
        Outcome::NotCollected => "not-collected",
    }
}

/// Whether an outcome hides something. What the cluster does not have hides nothing.
pub(crate) fn is_gap(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Collected | Outcome::Absent)
}

/// A place in the bundle: `logs/…/current.log:12`.
pub(crate) fn place(path: &str, line: Option<u32>) -> String {
    match line {
        Some(line) => format!("{path}:{line}"),
        None => path.to_owned(),
    }
}

/// An object in prose: "Service `shop/api`".
pub(crate) fn object(it: &ObjectRef) -> String {
    let slash = if it.namespace.is_empty() { "" } else { "/" };
    format!("{} `{}{slash}{}`", it.kind, it.namespace, it.name)
}

/// A time to the second, always UTC: reports are read across time zones.
pub(crate) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// How long before the bundle was taken, in its two largest units: `1 h 25 min before collection`.
pub(crate) fn ago(time: Timestamp, taken_at: Option<Timestamp>) -> Option<String> {
    let seconds = taken_at?.as_second().saturating_sub(time.as_second());
    match seconds {
        ..0 => None,
        0 => Some("at collection".to_owned()),
        _ => Some(format!("{} before collection", span(seconds))),
    }
}

fn span(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|&(size, _)| seconds >= size).unwrap_or(3);
    let mut rest = seconds;
    let mut parts = Vec::new();
    for &(size, name) in units.iter().skip(first).take(2) {
        if rest / size > 0 {
            parts.push(format!("{} {name}", number(rest.unsigned_abs() / size.unsigned_abs())));
        }
        rest %= size;
    }
    parts.join(" ")
}

/// A number with thousands apart: `120,331`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun: `1 pod`, `2 pods`.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(n), if n == 1 { "" } else { "s" })
}

/// A confidence in whole percent; what is not a number counts as nothing.
pub(crate) fn percent(confidence: f64) -> u8 {
    // A float-to-integer cast saturates and sends NaN to 0.
    (confidence.clamp(0.0, 1.0) * 100.0).round() as u8
}

/// A confidence in words.
pub(crate) fn sureness(confidence: f64) -> &'static str {
    match percent(confidence) {
        95.. => "almost certain",
        80.. => "very likely",
        60.. => "likely",
        40.. => "possible",
        _ => "a guess",
    }
}

/// How much was looked at, in one sentence.
pub(crate) fn checked(analysis: &Analysis) -> String {
    let t = &analysis.totals;
    let mut parts = vec![counted(t.objects, "object")];
    for (n, noun) in [(t.nodes, "node"), (t.pods, "pod"), (t.events, "event"), (t.log_lines, "log line")] {
        if n > 0 {
            parts.push(counted(n, noun));
        }
    }
    let last = parts.pop().unwrap_or_default();
    let list = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
    format!("{} looked at {list}.", counted(t.rules, "rule"))
}

/// A piece of prose: rules put names between backticks, as in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// A name, key or value.
    Code(&'a str),
}

/// Prose cut at its backticks; one without a partner stands for itself.
pub(crate) fn pieces(prose: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = prose;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = match rest.strip_prefix('`').and_then(|inner| inner.split_once('`')) {
            Some((code, after)) if !code.is_empty() => (Piece::Code(code), after),
            _ => {
                // Skip a backtick that opens nothing; what follows up to the next one is text.
                let from = usize::from(rest.starts_with('`'));
                let end = rest[from..].find('`').map_or(rest.len(), |at| at + from);
                (Piece::Text(&rest[..end]), &rest[end..])
            }
        };
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_spans() {
        assert_eq!(number(0), "0");
        assert_eq!(number(120_331), "120,331");
        assert_eq!(number(1_000_000), "1,000,000");
        assert_eq!(span(59), "59 s");
        assert_eq!(span(3_600), "1 h");
        assert_eq!(span(90_061), "1 d 1 h");
        assert_eq!(percent(f64::NAN), 0);
    }

    #[test]
    fn names_between_backticks_are_code() {
        let all: Vec<_> = pieces("Secret `s` has no key `k`; 5` long").collect();
        use Piece::*;
        assert_eq!(all, [Text("Secret "), Code("s"), Text(" has no key "), Code("k"), Text("; 5"), Text("` long")]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(prose in "[a`]{0,12}") {
            let joined: String = pieces(&prose).map(|p| match p { Piece::Text(t) | Piece::Code(t) => t.replace('`', "") }).collect();
            prop_assert_eq!(joined, prose.replace('`', ""));
        }
    }
}
