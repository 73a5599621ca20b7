//! End-to-end tests over the crates and the programs
