//! Stretches of a text that must go, and how they are replaced.

use crate::counts::Counts;
use crate::placeholder::{self, Namer};

/// Whose word counts when two findings cover exactly the same bytes: the higher names the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Found by what stands before it (`password=`).
    Context,
    /// Found by decoding.
    Encoded,
    /// Found by what it looks like.
    Shape,
    /// Found because it is the value of one of the cluster's Secrets.
    Known,
}

/// A stretch that must go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) rule: &'static str,
    pub(crate) rank: Rank,
    /// Where what gives it away begins: the name before it, the whole match.
    pub(crate) from: usize,
    /// And where it ends: the `@` behind it, the end of the match.
    pub(crate) to: usize,
    /// The value to name, when it is not the stretch itself (it was encoded or escaped there).
    pub(crate) value: Option<Vec<u8>>,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize, rule: &'static str, rank: Rank) -> Self {
        Self { start, end, rule, rank, from: start, to: end, value: None }
    }

    /// Moves it, when its text turns out to start later in a larger one.
    pub(crate) fn shift(&mut self, by: usize) {
        self.start += by;
        self.end += by;
        self.from += by;
        self.to += by;
    }
}

/// Sorts, drops what is a placeholder already, and merges what overlaps, so that the result is disjoint and in order whatever the order of the detectors was.
pub(crate) fn settle(text: &[u8], mut spans: Vec<Span>) -> Vec<Span> {
    if spans.is_empty() {
        return spans;
    }
    let taken = placeholder::all(text);
    spans.retain(|span| span.start < span.end && span.end <= text.len() && !is_taken(text, &taken, span.start, span.end));
    // A finding never cuts a placeholder: it grows to hold it whole.
    for span in &mut spans {
        for (start, end) in &taken {
            if *start < span.end && span.start < *end && (*start < span.start || span.end < *end) {
                span.start = span.start.min(*start);
                span.end = span.end.max(*end);
                span.value = None;
            }
        }
    }
    // Of the same stretch read twice, through escapes and not, the shortest reading is the value as it was before anybody escaped it.
    let reading = |span: &Span| span.value.as_ref().map_or(span.end - span.start, Vec::len);
    spans.sort_by(|a, b| {
        let place = a.start.cmp(&b.start).then(b.end.cmp(&a.end)).then(b.rank.cmp(&a.rank));
        place.then(reading(a).cmp(&reading(b))).then(a.rule.cmp(b.rule)).then(a.value.cmp(&b.value))
    });
    let mut settled: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match settled.last_mut() {
            Some(last) if span.start < last.end => {
                if span.end > last.end {
                    last.end = span.end;
                    last.to = last.to.max(span.to);
                    last.value = None;
                }
            }
            _ => settled.push(span),
        }
    }
    settled
}

/// Whether the stretch holds nothing but placeholders and the punctuation that joins them.
fn is_taken(text: &[u8], taken: &[(usize, usize)], start: usize, end: usize) -> bool {
    let mut at = start;
    let mut any = false;
    for (from, to) in taken {
        if *to <= at || *from >= end {
            continue;
        }
        any = true;
        if *from > at && !is_joint(text.get(at..*from)) {
            return false;
        }
        at = (*to).min(end);
    }
    any && is_joint(text.get(at..end))
}

fn is_joint(between: Option<&[u8]>) -> bool {
    between.is_some_and(|bytes| bytes.iter().all(|byte| !byte.is_ascii_alphanumeric() && byte.is_ascii()))
}

/// Appends `text` with its (settled) spans replaced. Line ends inside a span stay, so that a text keeps its number of lines.
pub(crate) fn replace(text: &[u8], spans: &[Span], namer: &Namer, counts: &mut Counts, out: &mut Vec<u8>) {
    let mut at = 0;
    for span in spans {
        let (Some(before), Some(secret)) = (text.get(at..span.start), text.get(span.start..span.end)) else { continue };
        out.extend_from_slice(before);
        let value = span.value.as_deref().unwrap_or(secret);
        out.extend_from_slice(namer.name(crate::detectors::kind_of(value), value).as_bytes());
        out.extend(secret.iter().filter(|byte| **byte == b'\n'));
        counts.add(span.rule);
        at = span.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlaps_merge_and_placeholders_stay() {
        let text = b"a=redacted.secret.0123456789ab b=cdefgh";
        let spans = vec![Span::new(2, 30, "x", Rank::Context), Span::new(33, 36, "x", Rank::Context), Span::new(35, 39, "y", Rank::Known)];
        let settled = settle(text, spans);
        assert_eq!(settled, vec![Span::new(33, 39, "x", Rank::Context)]);
    }
}
