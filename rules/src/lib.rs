//! The knowledge: one file per rule
