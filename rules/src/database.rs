//! The database: whether clients reach it, and whether it is well.

family!("database":);
