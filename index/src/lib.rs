//! Full-text search over everything that a bundle holds as text: logs, events, objects, answers.
//!
//! Not lines are indexed but *blocks* of lines: for each block tantivy keeps which words it holds, nothing else. A search asks tantivy for
//! the blocks that hold all words, reads just these blocks back from the bundle (its frames can be read alone), and looks at their lines.
//! So the index stays a small part of the bundle's size, every line is found exactly, and context lines come for nothing.
//!
//! | module | what it does |
//! |---|---|
//! | `words` | what a word is: the same for the index and for a query |
//! | `blocks` | which lines of which entry a block is |
//! | `build` | bundle → index, in parallel |
//! | `cache` | where an index is kept, and when it is stale |
//! | [`query`] | `level:error pod:web* "connection refused"` |
//! | `stamp` | the runtime's time before a line of a log |
//! | `search` | query → blocks that may hold lines, read and looked at in parallel |
//! | `lines` | a block → the lines that match |

mod blocks;
mod build;
mod cache;
mod error;
mod lines;
pub mod query;
mod search;
mod stamp;
mod text;
mod words;

pub use cache::{Cached, open};
pub use error::IndexError;
pub use query::Query;
pub use search::{Hit, Hits, Searcher, Window};
