//! A bundle as a read-only Kubernetes API on loopback: real `kubectl`, and any other client, works on it as on the cluster it was taken from.
//!
//! ```text
//! bundle → Recording (names and places in memory, content in a spool) → Server (one address of this machine, GET only)
//! ```
//!
//! Everything is as old as it was when it was recorded: ages in tables, `sinceSeconds` of logs and the `Date` of answers follow the
//! bundle's clock. What the bundle lacks is refused with the reason, or answered with a warning; it is never shown as empty.

mod answer;
mod api;
mod body;
mod error;
mod kinds;
mod kubeconfig;
mod recording;
mod request;
mod selector;
mod server;
mod spool;
mod table;

pub use error::ServeError;
pub use kubeconfig::kubeconfig;
pub use recording::Recording;
pub use server::Server;
