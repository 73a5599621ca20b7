//! Blocks read back from the bundle: alone where its frames allow, else in one pass over all of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tarbox_bundle::{Limits, RandomAccess, Reader};

use crate::blocks::{Block, Blocks};
use crate::error::IndexError;

/// Where the text of blocks comes from.
#[derive(Debug)]
pub(crate) enum Text {
    /// Frames that can be read alone.
    Frames(Box<RandomAccess>),
    /// From the beginning, every time.
    Sequential(PathBuf),
}

impl Text {
    pub(crate) fn open(bundle: &Path) -> Result<Self, IndexError> {
        let random = RandomAccess::open(bundle).map_err(|e| IndexError::Io(bundle.to_owned(), e))?;
        Ok(random.map_or_else(|| Self::Sequential(bundle.to_owned()), |random| Self::Frames(Box::new(random))))
    }

    /// Gives the text of each of these blocks (ascending) to `take`, until it has enough and says `false`.
    pub(crate) fn each(
        &mut self,
        blocks: &Blocks,
        wanted: &[u32],
        mut take: impl FnMut(u32, &Block, &[u8]) -> bool,
    ) -> Result<(), IndexError> {
        match self {
            Self::Frames(random) => {
                for &number in wanted {
                    let Some(block) = blocks.blocks.get(number as usize) else { continue };
                    let Some(position) = blocks.entries.get(block.entry as usize).and_then(|e| e.position) else { continue };
                    let text = random
                        .read(position + block.offset, block.length as usize)
                        .map_err(|e| IndexError::Io(PathBuf::from(&blocks.entries[block.entry as usize].path), e))?;
                    if !take(number, block, &text) {
                        break;
                    }
                }
                Ok(())
            }
            Self::Sequential(path) => {
                let mut by_entry: BTreeMap<&str, Vec<(u32, &Block)>> = BTreeMap::new();
                for &number in wanted {
                    let Some(block) = blocks.blocks.get(number as usize) else { continue };
                    let Some(entry) = blocks.entries.get(block.entry as usize) else { continue };
                    by_entry.entry(&entry.path).or_default().push((number, block));
                }
                let mut reader = Reader::open(path, Limits::default())?;
                while let Some(chunk) = reader.next_chunk()? {
                    for (number, block) in by_entry.get(chunk.entry.path.as_str()).into_iter().flatten() {
                        let Some(start) = block.offset.checked_sub(chunk.offset).and_then(|s| usize::try_from(s).ok()) else { continue };
                        let Some(text) = chunk.bytes.get(start..start + block.length as usize) else { continue };
                        if !take(*number, block, text) {
                            return Ok(());
                        }
                    }
                }
                Ok(())
            }
        }
    }
}
