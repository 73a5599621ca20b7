//! A search: tantivy says which blocks hold all words, the bundle gives their text, and their lines are looked at.

use std::fmt;
use std::path::Path;

use tantivy::collector::DocSetCollector;
use tantivy::query::{AllQuery, BooleanQuery, EmptyQuery, Query as TantivyQuery, RegexQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, IndexReader, ReloadPolicy};
use tarbox_model::Timestamp;
use tempfile::TempDir;

use crate::blocks::{About, Block, Blocks};
use crate::build::{self, Fields};
use crate::error::IndexError;
use crate::query::{FieldName, Query, Term};
use crate::text::Text;

/// One line that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Entry path.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Time that the runtime put before it.
    pub time: Option<Timestamp>,
    /// The line, without that time.
    pub text: String,
    /// Lines around it: number and text.
    pub context: Vec<(u32, String)>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The lines, in the bundle's order, up to the limit.
    pub lines: Vec<Hit>,
    /// How many lines match in all.
    pub total: u64,
}

/// Which of the matching lines are wanted, and with what around them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    /// Only lines at or after this time; lines without a time are left out.
    pub since: Option<Timestamp>,
    /// Only lines before this time; lines without a time are left out.
    pub until: Option<Timestamp>,
    /// Lines shown before and after each.
    pub context: usize,
    /// Lines given; all are counted.
    pub limit: usize,
}

/// An open index.
pub struct Searcher {
    reader: IndexReader,
    fields: Fields,
    blocks: Blocks,
    abouts: Vec<About>,
    text: Text,
    /// Kept as long as the index is in use, where it is for this time only.
    _folder: Option<TempDir>,
}

impl fmt::Debug for Searcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Searcher").field("blocks", &self.blocks.blocks.len()).finish_non_exhaustive()
    }
}

impl Searcher {
    pub(crate) fn new(bundle: &Path, folder: &Path, blocks: Blocks, keep: Option<TempDir>) -> Result<Self, IndexError> {
        let index = Index::open_in_dir(folder)?;
        build::register(&index);
        let (_, fields) = build::schema();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let abouts = blocks.entries.iter().map(|entry| entry.about()).collect();
        Ok(Self { reader, fields, blocks, abouts, text: Text::open(bundle)?, _folder: keep })
    }

    /// Lines that match, in the bundle's order.
    ///
    /// # Errors
    /// When the index or the bundle cannot be read.
    pub fn search(&mut self, query: &Query, window: &Window) -> Result<Hits, IndexError> {
        let candidates = self.candidates(query)?;
        let mut hits = Hits::default();
        let (blocks, abouts) = (&self.blocks, &self.abouts);
        self.text.each(blocks, &candidates, |_, block, text| {
            let Some(entry) = blocks.entries.get(block.entry as usize) else { return true };
            let is_log = abouts.get(block.entry as usize).is_some_and(|about| about.kind == "log");
            look(query, window, &entry.path, is_log, block, text, &mut hits);
            true
        })?;
        Ok(hits)
    }

    /// Blocks that may hold a matching line, ascending.
    fn candidates(&self, query: &Query) -> Result<Vec<u32>, IndexError> {
        let fits: Vec<bool> =
            self.abouts.iter().zip(&self.blocks.entries).map(|(about, entry)| entry_fits(query, about, &entry.path)).collect();
        let searcher = self.reader.searcher();
        let documents = searcher.search(&*self.words_query(query)?, &DocSetCollector)?;
        let mut columns = Vec::new();
        for segment in searcher.segment_readers() {
            columns.push(segment.fast_fields().u64("block")?);
        }
        let mut found: Vec<u32> = documents
            .into_iter()
            .filter_map(|address| columns.get(address.segment_ord as usize)?.first(address.doc_id))
            .filter_map(|number| u32::try_from(number).ok())
            .filter(|&number| self.blocks.blocks.get(number as usize).is_some_and(|b| fits.get(b.entry as usize) == Some(&true)))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// All words of all wanted terms.
    fn words_query(&self, query: &Query) -> Result<Box<dyn TantivyQuery>, IndexError> {
        let mut parts: Vec<Box<dyn TantivyQuery>> = Vec::new();
        for term in &query.wanted {
            let words = term.words();
            let last = words.len().saturating_sub(1);
            for (i, word) in words.into_iter().enumerate() {
                let open = i == last && term.open;
                parts.push(if open {
                    Box::new(RegexQuery::from_pattern(&format!("{}.*", escaped(&word)), self.fields.text)?)
                } else {
                    let term = tantivy::Term::from_field_text(self.fields.text, &word);
                    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
                });
            }
        }
        Ok(match parts.len() {
            0 if self.blocks.blocks.is_empty() => Box::new(EmptyQuery),
            0 => Box::new(AllQuery),
            _ => Box::new(BooleanQuery::intersection(parts)),
        })
    }
}

/// A word for tantivy's pattern language.
fn escaped(word: &str) -> String {
    word.chars().flat_map(|c| (!c.is_alphanumeric() && c != '_').then_some('\\').into_iter().chain([c])).collect()
}

/// Whether an entry's path fits the fields of a query.
fn entry_fits(query: &Query, about: &About, path: &str) -> bool {
    query.fields.iter().all(|(field, pattern, negated)| {
        let value = match field {
            FieldName::Namespace => &about.namespace,
            FieldName::Pod => &about.pod,
            FieldName::Container => &about.container,
            FieldName::Kind => &about.kind,
            FieldName::Run => about.run,
            FieldName::Path => path,
        };
        pattern.fits(value) != *negated
    }) && (query.level.is_none() || about.kind == "log")
}

/// Looks at the lines of a block.
fn look(query: &Query, window: &Window, path: &str, is_log: bool, block: &Block, text: &[u8], hits: &mut Hits) {
    let lines: Vec<&[u8]> = text.strip_suffix(b"\n").unwrap_or(text).split(|&b| b == b'\n').collect();
    for (i, raw) in lines.iter().enumerate() {
        let line = String::from_utf8_lossy(raw);
        let lower = line.to_ascii_lowercase();
        let holds = |term: &Term| term.is_in(&lower);
        if !query.wanted.iter().all(holds) || query.unwanted.iter().any(holds) {
            continue;
        }
        let (time, words) = if is_log { tarbox_load::split_time(&line) } else { (None, &*line) };
        let in_time = window.since.is_none_or(|since| time.is_some_and(|t| t >= since))
            && window.until.is_none_or(|until| time.is_some_and(|t| t < until));
        let loud = query.level.is_none_or(|least| tarbox_load::level(words).is_some_and(|level| level >= least));
        if !in_time || !loud {
            continue;
        }
        hits.total += 1;
        if hits.lines.len() < window.limit {
            let number = |i: usize| block.first_line.saturating_add(u32::try_from(i).unwrap_or(u32::MAX));
            // Context ends with the block; its neighbours are not read for it.
            let around = i.saturating_sub(window.context)..(i + window.context + 1).min(lines.len());
            let context =
                around.filter(|&j| j != i).filter_map(|j| Some((number(j), String::from_utf8_lossy(lines.get(j)?).into_owned()))).collect();
            hits.lines.push(Hit { path: path.to_owned(), line: number(i), time, text: words.to_owned(), context });
        }
    }
}
