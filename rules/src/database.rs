//! The database: whether clients reach it, and whether it is well.

pub(crate) mod engine;
pub(crate) mod servers;
mod vanished;
mod way;

family!("database": database_unreachable, mongodb_down);
