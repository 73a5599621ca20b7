//! Bundle → index: blocks are cut from chunks as they come and given to tantivy's writing threads.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use tantivy::merge_policy::NoMergePolicy;
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument};
use tarbox_bundle::{Chunk, Limits, Place, Reader};

use crate::blocks::{BLOCK_BYTES, Block, Blocks, Entry};
use crate::error::IndexError;
use crate::stamp::{self, Span};
use crate::words::{Progress, Words};

/// Memory of the writing threads together.
const WRITER_BYTES: usize = 128 << 20;
/// Blocks that wait for a writing thread: some megabytes.
const WAITING: u64 = 64;
/// The tokenizer's name in the schema.
const WORDS: &str = "words";

/// The two fields of a block's document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) text: Field,
    pub(crate) block: Field,
}

/// The schema: which blocks hold a word, and nothing more.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default().set_tokenizer(WORDS).set_fieldnorms(false).set_index_option(IndexRecordOption::Basic);
    let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(words));
    let block = schema.add_u64_field("block", FAST);
    (schema.build(), Fields { text, block })
}

/// Makes tantivy know our words, and tells how far it is with them.
pub(crate) fn register(index: &Index) -> Arc<Progress> {
    let progress = Arc::default();
    index.tokenizers().register(WORDS, TextAnalyzer::from(Words::with(&progress)));
    progress
}

/// Indexes a bundle into an empty folder.
pub(crate) fn build(bundle: &Path, folder: &Path) -> Result<Blocks, IndexError> {
    let (schema, fields) = schema();
    let directory = tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
    let index = Index::create(directory, schema, IndexSettings::default())?;
    let progress = register(&index);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(1, 8);
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(threads, WRITER_BYTES)?;
    // A bundle is indexed once and in one go: a handful of segments is searched as fast as one, and merging them is half the work.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let mut reader = Reader::open(bundle, Limits::default())?;
    let mut blocks = Blocks::default();
    let mut index_of_entry = None;
    while let Some(chunk) = reader.next_chunk()? {
        if !is_text(&chunk) {
            continue;
        }
        if index_of_entry != Some(chunk.entry.index) {
            index_of_entry = Some(chunk.entry.index);
            blocks.entries.push(Entry { path: chunk.entry.path.clone(), position: chunk.entry.position });
        }
        let entry = u32::try_from(blocks.entries.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let is_log = matches!(Place::parse(&chunk.entry.path), Place::Log { .. });
        for (mut block, bytes) in cut(&chunk, entry) {
            let text = if is_log { Cow::Owned(without_times(bytes, &mut block)) } else { Cow::Borrowed(bytes) };
            let mut document = TantivyDocument::default();
            document.add_text(fields.text, String::from_utf8_lossy(&text));
            document.add_u64(fields.block, blocks.blocks.len() as u64);
            progress.wait_for((blocks.blocks.len() as u64).saturating_sub(WAITING));
            writer.add_document(document)?;
            blocks.blocks.push(block);
        }
        chunk.recycle();
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(blocks)
}

/// Whether people would search it. What describes the bundle itself is left out.
fn is_text(chunk: &Chunk) -> bool {
    !matches!(Place::parse(&chunk.entry.path), Place::Manifest | Place::Header | Place::Requests | Place::Redactions)
}

/// The text of a log's block without the runtime's times, which go into the block's table.
fn without_times(bytes: &[u8], block: &mut Block) -> Vec<u8> {
    let (mut span, mut text, mut at) = (Span::default(), Vec::with_capacity(bytes.len()), 0);
    for end in memchr::memchr_iter(b'\n', bytes).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len().saturating_sub(1))) {
        let line = bytes.get(at..=end).unwrap_or_default();
        span.line(line);
        text.extend_from_slice(line.get(stamp::length(line)..).unwrap_or_default());
        at = end + 1;
    }
    block.seconds = span.seconds();
    text
}

/// A chunk as blocks of whole lines.
fn cut(chunk: &Chunk, entry: u32) -> impl Iterator<Item = (Block, &[u8])> {
    let (mut at, mut line) = (0_usize, chunk.first_line);
    std::iter::from_fn(move || {
        let rest = chunk.bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let aim = BLOCK_BYTES.min(rest.len());
        let end = memchr::memchr(b'\n', rest.get(aim.saturating_sub(1)..)?).map_or(rest.len(), |i| aim + i);
        let text = rest.get(..end)?;
        let block = Block {
            entry,
            first_line: u32::try_from(line).unwrap_or(u32::MAX),
            offset: chunk.offset + at as u64,
            length: u32::try_from(end).unwrap_or(u32::MAX),
            seconds: None,
        };
        at += end;
        line += memchr::memchr_iter(b'\n', text).count() as u64;
        Some((block, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tarbox_bundle::EntryInfo;

    #[test]
    fn blocks_are_whole_lines_and_know_their_place() {
        let text: String = (1..=5000).map(|i| format!("line {i} {}\n", "x".repeat(i % 50))).collect();
        let info = EntryInfo { path: "logs/a/b/c/current.log".to_owned(), full_path: String::new(), index: 0, size: 0, position: None };
        let chunk =
            Chunk { entry: Arc::new(info), seq: 0, offset: 100, first_line: 11, bytes: text.clone().into_bytes(), last: true, cut: false };
        let mut together = String::new();
        for (block, bytes) in cut(&chunk, 0) {
            assert_eq!(block.offset, 100 + together.len() as u64);
            let part = String::from_utf8_lossy(bytes);
            assert!(part.starts_with(&format!("line {} ", block.first_line - 10)) && part.ends_with('\n'));
            together.push_str(&part);
        }
        assert_eq!(together, text);
    }

    #[test]
    fn times_go_into_the_table_and_the_rest_is_text() {
        let mut block = Block { entry: 0, first_line: 1, offset: 0, length: 0, seconds: None };
        let text = without_times(b"1970-01-01T00:00:07.5Z one\n  at two\n\n1970-01-01T00:00:03Z three", &mut block);
        assert_eq!(String::from_utf8_lossy(&text), "one\n  at two\n\nthree");
        assert_eq!(block.seconds, Some((3, 7)));
    }
}
