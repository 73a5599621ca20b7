//! Kinds of databases, and by what they are known: image, port, scheme, the words of their clients.

use tarbox_model::object::{Container, PodSpec};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Engine {
    /// MongoDB, and what speaks its protocol.
    MongoDb,
    /// PostgreSQL, and what speaks its protocol.
    PostgreSql,
    /// MySQL and MariaDB.
    MySql,
    /// Redis and its successors.
    Redis,
}

/// All of them.
pub(crate) const ENGINES: [Engine; 4] = [Engine::MongoDb, Engine::PostgreSql, Engine::MySql, Engine::Redis];

/// Parts of a name by which something is not a server although it is named for one.
const NO_SERVER: [&str; 26] = [
    "exporter",
    "express",
    "operator",
    "backup",
    "dump",
    "client",
    "tools",
    "compass",
    "ui",
    "admin",
    "pgadmin",
    "phpmyadmin",
    "bouncer",
    "pgbouncer",
    "pgpool",
    "commander",
    "insight",
    "migrate",
    "migration",
    "migrations",
    "seed",
    "restore",
    "connect",
    "agent",
    "job",
    "test",
];

impl Engine {
    /// Name, as its makers write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MongoDb => "MongoDB",
            Self::PostgreSql => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::Redis => "Redis",
        }
    }

    /// The port that its servers listen on unless told otherwise.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::MongoDb => 27017,
            Self::PostgreSql => 5432,
            Self::MySql => 3306,
            Self::Redis => 6379,
        }
    }

    /// By port.
    pub(crate) fn of_port(port: u16) -> Option<Self> {
        ENGINES.into_iter().find(|e| e.port() == port).or_else(|| matches!(port, 27018 | 27019).then_some(Self::MongoDb))
    }

    /// By the scheme of a URI.
    pub(crate) fn of_scheme(scheme: &str) -> Option<Self> {
        let word = scheme.split('+').next().unwrap_or(scheme);
        Some(match word {
            "mongodb" => Self::MongoDb,
            "postgres" | "postgresql" | "pgsql" => Self::PostgreSql,
            "mysql" | "mariadb" => Self::MySql,
            "redis" | "rediss" => Self::Redis,
            _ => return None,
        })
    }

    /// By the words of a client's log line.
    pub(crate) fn of_words(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
        if says(&["mongo", "topology description", "server selection"]) {
            Some(Self::MongoDb)
        } else if says(&["psycopg", "postgres", "libpq", "psqlexception", "asyncpg", "pg_hba", "pgx"]) {
            Some(Self::PostgreSql)
        } else if says(&["mysql", "mariadb"]) {
            Some(Self::MySql)
        } else if says(&["redis", "jedis", "lettuce", "valkey"]) {
            Some(Self::Redis)
        } else {
            None
        }
    }

    /// By a name: of an image, a workload, a container.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        if words.iter().any(|w| NO_SERVER.contains(w)) {
            return None;
        }
        words.iter().find_map(|word| match *word {
            "mongo" | "mongodb" | "mongod" | "mongos" | "ferretdb" => Some(Self::MongoDb),
            "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb" | "spilo" => Some(Self::PostgreSql),
            "mysql" | "mariadb" | "xtradb" => Some(Self::MySql),
            "redis" | "valkey" | "keydb" | "dragonfly" => Some(Self::Redis),
            _ => None,
        })
    }

    /// By an image: its last part, without tag and digest.
    fn of_image(image: &str) -> Option<Self> {
        let untagged = image.split('@').next().unwrap_or(image);
        let last = untagged.rsplit('/').next().unwrap_or(untagged);
        Self::of_name(last.split(':').next().unwrap_or(last))
    }

    fn of_container(container: &Container) -> Option<Self> {
        let by_port = || {
            let engine = container.ports.iter().find_map(|p| Self::of_port(u16::try_from(p.container_port).ok()?))?;
            let others = container.image.to_ascii_lowercase();
            let server = !others.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| NO_SERVER.contains(&w));
            server.then_some(engine)
        };
        Self::of_image(&container.image).or_else(by_port)
    }

    /// By a pod spec: which database it serves, and in which container.
    pub(crate) fn of_pod(spec: &PodSpec) -> Option<(Self, usize)> {
        spec.containers.iter().enumerate().find_map(|(i, c)| Some((Self::of_container(c)?, i)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_tell_servers_from_their_company() {
        for (image, engine) in [
            ("mongo:7.0", Some(Engine::MongoDb)),
            ("docker.io/bitnami/mongodb@sha256:00", Some(Engine::MongoDb)),
            ("percona/percona-server-mongodb:6.0", Some(Engine::MongoDb)),
            ("localhost:5000/ferretdb:1", Some(Engine::MongoDb)),
            ("ghcr.io/cloudnative-pg/postgresql:16", Some(Engine::PostgreSql)),
            ("mariadb", Some(Engine::MySql)),
            ("valkey/valkey:8", Some(Engine::Redis)),
            ("bitnami/mongodb-exporter:0.40", None),
            ("mongo-express:1", None),
            ("oliver006/redis_exporter", None),
            ("edoburu/pgbouncer", None),
            ("shop/orders:1", None),
        ] {
            assert_eq!(Engine::of_image(image), engine, "{image}");
        }
    }
}
