//! Reads a bundle and names the root cause, offline
