//! Errors that end a run, told to people: what failed, why, and what to do next.
use crate::exit::Exit;
use std::fmt;

/// An error that ends the run before a bundle exists, with its exit code.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The exit code it ends with.
    pub(crate) exit: Exit,
    /// What failed, on what.
    what: String,
    /// Why, as far as known.
    why: String,
    /// What to do about it.
    todo: String,
}

impl Trouble {
    /// An error that says what failed; `why` and `todo` may be empty.
    pub(crate) fn new(exit: Exit, what: impl Into<String>, why: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: why.into(), todo: todo.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.why.is_empty() {
            write!(f, "\n  why: {}", self.why)?;
        }
        if !self.todo.is_empty() {
            write!(f, "\n  do:  {}", self.todo)?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}
