//! Collects a Kubernetes cluster into one bundle: reads only, asks politely, and always leaves a file that opens.
//!
//! A datum's way: [`gateway`] (GET and nothing else) → a source in [`sources`] → [`sink`] (redaction, the one choke point) → the bundle's writer.
mod certificate;
pub mod cli;
mod clock;
mod collect;
mod connect;
mod console;
mod discovery;
pub mod exit;
mod gateway;
mod items;
mod list;
mod log_cut;
mod options;
mod outcome;
mod pods;
mod preview;
mod progress;
mod rbac;
mod readings;
mod redact;
mod resume;
mod run;
mod seal;
mod sink;
mod sources;
mod stop;
mod summary;
mod trouble;
