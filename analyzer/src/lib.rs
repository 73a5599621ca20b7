//! Reads a bundle and names the root cause, offline.
//!
//! ```text
//! load → rules, in parallel → causes → analysis → reports        (the answer)
//!      ↘ index → search                                           (whoever wants to read on)
//! ```

mod analyze;
mod causes;
mod engine;
mod timeline;

pub use analyze::conclude;
