//! A search: tantivy says which blocks hold all words, the bundle gives their text, and their lines are looked at.

use std::fmt;
use std::path::Path;

use tantivy::collector::DocSetCollector;
use tantivy::query::{AllQuery, BooleanQuery, EmptyQuery, Query as TantivyQuery, RegexQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, IndexReader, ReloadPolicy};
use tarbox_model::Timestamp;
use tempfile::TempDir;

use crate::blocks::{About, Blocks};
use crate::build::{self, Fields};
use crate::error::IndexError;
use crate::lines::Look;
use crate::query::{FieldName, Query};
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

    /// Whether tantivy has all the blocks that our table has.
    pub(crate) fn is_whole(&self) -> bool {
        self.reader.searcher().num_docs() == self.blocks.blocks.len() as u64
    }

    /// Lines that match, in the bundle's order.
    ///
    /// # Errors
    /// When the index or the bundle cannot be read.
    pub fn search(&self, query: &Query, window: &Window) -> Result<Hits, IndexError> {
        let candidates = self.candidates(query, window)?;
        let look = Look::new(query, window);
        let parts = self.text.each(&self.blocks, &candidates, |parts| {
            let (mut look, mut hits) = (look.clone(), Hits::default());
            parts(&mut |block, text| {
                let Some(entry) = self.blocks.entries.get(block.entry as usize) else { return };
                let is_log = self.abouts.get(block.entry as usize).is_some_and(|about| about.kind == "log");
                look.at(&entry.path, is_log, block, text, &mut hits);
            })?;
            Ok(hits)
        })?;
        let mut all = Hits::default();
        for part in parts {
            all.total += part.total;
            all.lines.extend(part.lines.into_iter().take(window.limit - all.lines.len()));
        }
        Ok(all)
    }

    /// Blocks that may hold a matching line, ascending.
    fn candidates(&self, query: &Query, window: &Window) -> Result<Vec<u32>, IndexError> {
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
            .filter(|&number| {
                let block = self.blocks.blocks.get(number as usize);
                block.is_some_and(|b| fits.get(b.entry as usize) == Some(&true) && b.may_be_in(window.since, window.until))
            })
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
