//! The main job without a cluster: a recorded one is served on loopback, collected from over HTTP by the real collector as from any other,
//! analyzed by the real analyzer, and the report is written.
pub mod cli;
mod console;
mod job;
mod recorded;
