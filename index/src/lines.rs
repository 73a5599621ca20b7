//! A block → the lines that match. What most lines lack, a wanted word, is looked for in the whole block at once; only lines that have it are
//! looked at.

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter, memrchr};
use tarbox_model::Timestamp;

use crate::blocks::Block;
use crate::query::{Query, Term};
use crate::search::{Hit, Hits, Window};
use crate::stamp;

/// One query, made ready to look at many blocks.
#[derive(Debug, Clone)]
pub(crate) struct Look<'q> {
    query: &'q Query,
    window: &'q Window,
    /// The longest of the wanted: the rarest, as a rule.
    first: Option<Finder<'q>>,
    /// The block at hand in lower case.
    lower: Vec<u8>,
}

impl<'q> Look<'q> {
    pub(crate) fn new(query: &'q Query, window: &'q Window) -> Self {
        let longest = query.wanted.iter().max_by_key(|term| term.text.len());
        Self { query, window, first: longest.map(|term| Finder::new(&term.text)), lower: Vec::new() }
    }

    /// Adds the lines of a block that match.
    pub(crate) fn at(&mut self, path: &str, is_log: bool, block: &Block, text: &[u8], hits: &mut Hits) {
        self.lower.clear();
        self.lower.extend_from_slice(text);
        self.lower.make_ascii_lowercase();
        let (mut at, mut number) = (0, block.first_line);
        while let Some(rest) = self.lower.get(at..).filter(|rest| !rest.is_empty()) {
            let start = match &self.first {
                None => at,
                Some(first) => match first.find(rest) {
                    None => return,
                    Some(found) => memrchr(b'\n', rest.get(..found).unwrap_or_default()).map_or(at, |before| at + before + 1),
                },
            };
            let end = memchr(b'\n', text.get(start..).unwrap_or_default()).map_or(text.len(), |length| start + length);
            number = number.saturating_add(newlines(text.get(at..start).unwrap_or_default()));
            let line = text.get(start..end).unwrap_or_default();
            let stamp = if is_log { stamp::length(line) } else { 0 };
            if self.has_words(self.lower.get(start + stamp..end).unwrap_or_default()) {
                self.found(path, is_log, (text, start, end), number, hits);
            }
            (at, number) = (end + 1, number.saturating_add(1));
        }
    }

    fn has_words(&self, lower: &[u8]) -> bool {
        let holds = |term: &Term| term.is_in(lower);
        self.query.wanted.iter().all(holds) && !self.query.unwanted.iter().any(holds)
    }

    /// A line with the right words: counted, and given, if it has the right time and level.
    fn found(&self, path: &str, is_log: bool, (text, start, end): (&[u8], usize, usize), number: u32, hits: &mut Hits) {
        let Window { since, until, context, limit } = *self.window;
        let given = hits.lines.len() < limit;
        if given || since.is_some() || until.is_some() || self.query.level.is_some() {
            let line = String::from_utf8_lossy(text.get(start..end).unwrap_or_default());
            let (time, words) = if is_log { tarbox_load::split_time(&line) } else { (None, &*line) };
            let loud = self.query.level.is_none_or(|least| tarbox_load::level(words).is_some_and(|level| level >= least));
            if !in_time(time, since, until) || !loud {
                return;
            }
            if given {
                let context = around(text, start, end, number, context);
                hits.lines.push(Hit { path: path.to_owned(), line: number, time, text: words.to_owned(), context });
            }
        }
        hits.total += 1;
    }
}

fn in_time(time: Option<Timestamp>, since: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    since.is_none_or(|since| time.is_some_and(|t| t >= since)) && until.is_none_or(|until| time.is_some_and(|t| t < until))
}

fn newlines(text: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}

/// Lines before and after one. They end with the block: its neighbours are not read for them.
fn around(text: &[u8], start: usize, end: usize, number: u32, context: usize) -> Vec<(u32, String)> {
    let given = |number: u32, line: &[u8]| (number, String::from_utf8_lossy(line).into_owned());
    let before = text.get(..start.saturating_sub(1)).filter(|_| start > 0).into_iter().flat_map(|text| text.rsplit(|&b| b == b'\n'));
    let mut lines: Vec<_> = (1..).zip(before.take(context)).map(|(back, line)| given(number.saturating_sub(back), line)).collect();
    lines.reverse();
    let after = text.get(end + 1..).map(|rest| rest.strip_suffix(b"\n").unwrap_or(rest)).filter(|_| end + 1 < text.len());
    let after = after.into_iter().flat_map(|text| text.split(|&b| b == b'\n'));
    lines.extend((1..).zip(after.take(context)).map(|(forth, line)| given(number.saturating_add(forth), line)));
    lines
}
