//! Collects a Kubernetes cluster into one bundle: reads only, asks politely, and always leaves a file that opens.
mod certificate;
mod clock;
mod connect;
mod discovery;
pub mod exit;
mod gateway;
mod items;
mod list;
mod stop;
mod trouble;
