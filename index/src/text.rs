//! Blocks read back from the bundle: in parallel and alone where its frames allow, else in one pass over all of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tarbox_bundle::{Limits, RandomAccess, Reader};

use crate::blocks::{Block, Blocks};
use crate::error::IndexError;

/// Blocks that one thread reads in a row, at most: some megabytes, so that hardly a frame is decompressed twice. Of few blocks, which are
/// rarely neighbours, each thread has its share.
const ROW: usize = 256;
/// And at least.
const SHORT_ROW: usize = 4;

/// Where the text of blocks comes from.
#[derive(Debug)]
pub(crate) enum Text {
    /// Frames that can be read alone, of the file of this name.
    Frames(PathBuf, Box<RandomAccess>),
    /// From the beginning, every time.
    Sequential(PathBuf),
}

/// Gives the blocks of one part, one after the other, with their text.
pub(crate) type Part<'p> = dyn FnMut(&mut dyn FnMut(&Block, &[u8])) -> Result<(), IndexError> + 'p;

impl Text {
    pub(crate) fn open(bundle: &Path) -> Result<Self, IndexError> {
        let bundle = bundle.to_owned();
        Ok(match RandomAccess::open(&bundle).map_err(|e| IndexError::Io(bundle.clone(), e))? {
            Some(random) => Self::Frames(bundle, Box::new(random)),
            None => Self::Sequential(bundle),
        })
    }

    /// Reads these blocks (ascending) in parts, looks at each part with `look`, and gives what it found, in the order of the blocks.
    pub(crate) fn each<T: Send>(
        &self,
        blocks: &Blocks,
        wanted: &[u32],
        look: impl Fn(&mut Part<'_>) -> Result<T, IndexError> + Sync,
    ) -> Result<Vec<T>, IndexError> {
        match self {
            Self::Frames(path, random) => {
                let part = |row: &[u32]| {
                    let mut own = random.another().map_err(|e| IndexError::Io(path.clone(), e))?;
                    look(&mut |take| read_row(&mut own, blocks, row, take))
                };
                let row = wanted.len().div_ceil(2 * rayon::current_num_threads()).clamp(SHORT_ROW, ROW);
                wanted.par_chunks(row).map(part).collect()
            }
            Self::Sequential(path) => Ok(vec![look(&mut |take| read_through(path, blocks, wanted, take))?]),
        }
    }
}

fn read_row(random: &mut RandomAccess, blocks: &Blocks, row: &[u32], take: &mut dyn FnMut(&Block, &[u8])) -> Result<(), IndexError> {
    for &number in row {
        let Some(block) = blocks.blocks.get(number as usize) else { continue };
        let Some(entry) = blocks.entries.get(block.entry as usize) else { continue };
        let Some(position) = entry.position else { continue };
        let text = random.read(position + block.offset, block.length as usize);
        take(block, &text.map_err(|e| IndexError::Io(PathBuf::from(&entry.path), e))?);
    }
    Ok(())
}

fn read_through(path: &Path, blocks: &Blocks, wanted: &[u32], take: &mut dyn FnMut(&Block, &[u8])) -> Result<(), IndexError> {
    let mut by_entry: BTreeMap<&str, Vec<&Block>> = BTreeMap::new();
    for &number in wanted {
        let Some(block) = blocks.blocks.get(number as usize) else { continue };
        let Some(entry) = blocks.entries.get(block.entry as usize) else { continue };
        by_entry.entry(&entry.path).or_default().push(block);
    }
    let mut reader = Reader::open(path, Limits::default())?;
    while let Some(chunk) = reader.next_chunk()? {
        let Some(of_entry) = by_entry.get(chunk.entry.path.as_str()) else { continue };
        let from = of_entry.partition_point(|block| block.offset < chunk.offset);
        for block in of_entry.get(from..).into_iter().flatten() {
            let text =
                usize::try_from(block.offset - chunk.offset).ok().and_then(|start| chunk.bytes.get(start..start + block.length as usize));
            let Some(text) = text else { break };
            take(block, text);
        }
    }
    Ok(())
}
