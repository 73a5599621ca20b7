//! What has to go from a piece of text: all finders, on the text itself and on what it means once decoded.

use crate::detectors::set;
use crate::encoded::{self, Content};
use crate::known::{Form, Hit, Known};
use crate::span::{Rank, Span};
use crate::{Level, TextKind, assign, base64, escape};

/// Encodings inside encodings that are followed: base64 in base64 in escaped JSON, and one more.
const DEPTH: u32 = 5;

/// What a scan needs; cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) known: &'a Known,
    pub(crate) level: Level,
    pub(crate) kind: TextKind,
}

impl Scanner<'_> {
    /// Positions that deserve a real scan of their line, sorted. Nothing found here means nothing to redact there.
    pub(crate) fn positions(&self, text: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        set().positions(text, &mut found);
        set().positions_without_literals(text, self.level, &mut found);
        let mut hits = Vec::new();
        self.known.find(text, &mut hits);
        found.extend(hits.iter().map(|hit| hit.start));
        found.extend(
            encoded::runs(text).filter(|run| text.get(run.start..run.end).is_some_and(encoded::is_suspicious)).map(|run| run.start),
        );
        found.extend(escape::escapes(text));
        found.sort_unstable();
        found
    }

    /// Everything in the text that must go, unsettled.
    pub(crate) fn spans(&self, text: &[u8]) -> Vec<Span> {
        let mut spans = Vec::new();
        self.scan(text, DEPTH, &mut spans);
        spans
    }

    fn scan(&self, text: &[u8], depth: u32, spans: &mut Vec<Span>) {
        let triggers = set().triggers(text, self.level);
        set().run(&triggers, text, spans);
        assign::find(text, &triggers.hints, self.kind, spans);
        self.scan_known(text, spans);
        if depth == 0 {
            return;
        }
        self.scan_runs(text, depth, spans);
        if let Some(view) = escape::unescape(text) {
            let mut inner = Vec::new();
            self.scan(&view.text, depth - 1, &mut inner);
            for mut span in inner {
                let Some((start, end)) = view.original(span.start, span.end) else { continue };
                if span.value.is_none() {
                    span.value = view.text.get(span.start..span.end).map(<[u8]>::to_vec);
                }
                (span.start, span.end) = (start, end);
                spans.push(span);
            }
        }
    }

    fn scan_known(&self, text: &[u8], spans: &mut Vec<Span>) {
        let mut hits = Vec::new();
        self.known.find(text, &mut hits);
        for Hit { start, end, value, form } in hits {
            let (start, end) = match form {
                Form::Raw => (start, end),
                // The neighbours' digits hold bits of the value.
                Form::Base64 => widen(text, start, end, |byte| base64::value_of(byte).is_some() || byte == b'='),
                Form::Hex => widen(text, start, end, |byte| byte.is_ascii_hexdigit()),
            };
            spans.push(Span { start, end, rule: "known-secret", rank: Rank::Known, value: Some(value.to_vec()) });
        }
    }

    fn scan_runs(&self, text: &[u8], depth: u32, spans: &mut Vec<Span>) {
        for run in encoded::runs(text) {
            let Some(digits) = text.get(run.start..run.end).filter(|digits| encoded::is_suspicious(digits)) else { continue };
            let padding = text.get(run.end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=').count();
            for content in encoded::contents(digits) {
                let (rule, value) = match content {
                    Content::Opaque => ("opaque", None),
                    Content::Bytes(bytes) => {
                        let mut inner = Vec::new();
                        self.scan(&bytes, depth - 1, &mut inner);
                        let inner = crate::span::settle(&bytes, inner);
                        let Some(first) = inner.first() else { continue };
                        (first.rule, whole_value(&bytes, first))
                    }
                };
                spans.push(Span { start: run.start, end: run.end + padding, rule, rank: Rank::Encoded, value });
                break;
            }
        }
    }
}

/// The value to name an encoded stretch by: the secret, when the encoding holds nothing else.
fn whole_value(bytes: &[u8], span: &Span) -> Option<Vec<u8>> {
    let outside = bytes.iter().enumerate().filter(|(at, _)| *at < span.start || *at >= span.end);
    if outside.into_iter().all(|(_, byte)| byte.is_ascii_whitespace()) {
        return span.value.clone().or_else(|| bytes.get(span.start..span.end).map(<[u8]>::to_vec));
    }
    None
}

fn widen(text: &[u8], start: usize, end: usize, digit: fn(u8) -> bool) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default().iter().rev().take_while(|byte| digit(**byte)).count();
    let after = text.get(end..).unwrap_or_default().iter().take_while(|byte| digit(**byte)).count();
    (start - before, end + after)
}
