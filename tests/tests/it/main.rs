//! End-to-end tests, in one program so that the heavy crates are linked once.

mod causes;
mod judged;
mod rules;
