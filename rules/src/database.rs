//! The database: whether clients reach it, and whether it is well.

pub(crate) mod engine;
mod logged_state;
mod members;
pub(crate) mod servers;
mod setting;
mod slow;
mod vanished;
mod way;

family!("database":
    connection_pool_exhausted,
    database_authentication_failed,
    database_cache_pressure,
    database_connections_exhausted,
    database_disk_full,
    database_missing,
    database_name_unresolved,
    database_read_only,
    database_timeout,
    database_unreachable,
    database_wrong_port,
    missing_index,
    mongodb_down,
    replica_set_without_primary,
    replication_lag,
    slow_queries,
);
