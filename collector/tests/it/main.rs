//! The collector as a program, against a scripted API server with every fault we know: the file always opens, the ledger always tells.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails; clippy only knows functions marked #[test]")]

mod applications;
mod endings;
mod faults;
mod inside_secrets;
mod instants;
mod log_faults;
mod matrix;
mod memory;
mod meters;
mod mongodb;
mod plain;
mod preview;
mod resumed;
mod sealed;
mod support;
mod terminal;
mod tls;
mod troubles;
