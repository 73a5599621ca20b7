//! Connection strings and clients: user and password go; scheme, host, port and database stay.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::context(
        "uri-userinfo",
        "user and password of any URI: postgres, mysql, mongodb, redis, amqp, http proxies",
        &["://"],
        r#"[A-Za-z0-9]://(?:([^\s/?#:@"'<>\\\[]*):([^\s/?#"'<>\\]*)|([^\s/?#:@"'<>\\]+))@"#,
    )
    .near(Near::At)
    .checked(validate::userinfo)
    .examples(
        &[
            concat!("mongodb://⟦sh", "epherd⟧:⟦hunter2⟧@mongodb:", "27017/docs?authSource=admin"),
            concat!("redis://:⟦hu", "nter2⟧@redis:6379/0"),
            concat!("https://⟦3f", "2504e04f8911d39a0c0305e82c", "3301⟧@o1.ingest.sentry.io/2"),
            concat!("http_proxy=http://⟦bo", "b⟧:⟦p%40ss⟧@proxy:3128"),
        ],
        &[
            "mongodb://mongodb-0.mongodb:27017/shepherd",
            "https://example.com/@user",
            "http://host/a?b=c:d@e",
            "ssh://git@github.com/x",
            "postgres://$(USER):$(PASSWORD)@db/x",
        ],
    ),
    Detector::context(
        "uri-password-slash",
        "password with a raw slash, hash or question mark in a URI",
        &["://"],
        r#"[A-Za-z0-9]://[^\s/?#:@"'<>\\\[]*:(\d*[^\s/?#:@"'<>\\\d\]][^\s"'<>\\@]*[/?#][^\s"'<>\\@]*)@[A-Za-z0-9]"#,
    )
    .near(Near::At)
    .checked(validate::secret)
    .examples(
        &[concat!("postgres://bob:⟦pa", "/ss#1⟧@db:5432/x")],
        &["http://host:8080/a/b@v1", "http://a:80/x", "see http://[::1]:80/a@b"],
    ),
    Detector::context(
        "oracle-jdbc",
        "user and password of an Oracle JDBC URL",
        &["jdbc:oracle"],
        r"jdbc:oracle:\w+:([^\s/@:]+)/([^\s@]+)@",
    )
    .checked(validate::secret)
    .examples(&[concat!("jdbc:oracle:thin:⟦bo", "b⟧/⟦Hx7-kk2Q", "⟧@//db:1521/x")], &["jdbc:oracle:thin:@//db:1521/x"]),
    Detector::context(
        "mysql-flag",
        "password on the command line of a MySQL or MariaDB client",
        &["mysql", "mariadb"],
        r#"\b(?:mysql|mariadb)[\w-]*\b[^\n|;&]*?\s-p([^\s"'=][^\s"']*)"#,
    )
    .near(Near::Also(" -p"))
    .checked(validate::secret)
    .examples(&[concat!("mysqldump -u root -p⟦Hx", "7-kk2Q⟧ docs")], &["mysql -u root -p docs", "mysqld --port 3306"]),
    Detector::context(
        "mongo-flag",
        "password on the command line of a MongoDB client",
        &["mongo"],
        r#"\bmongo\w*\b[^\n|;&]*?\s-p(?:\s+|=)['"]?([^\s"'-][^\s"']*)"#,
    )
    .near(Near::Also(" -p"))
    .checked(validate::secret)
    .examples(
        &[concat!("mongosh -u root -p ⟦Hx", "7-kk2Q⟧ --eval x"), concat!("mongodump -p=⟦Hx", "7-kk2Q⟧")],
        &["mongod --port 27017", "mongosh -p $MONGO_PASSWORD", "mongod -p --x"],
    ),
    Detector::context(
        "redis-auth",
        "password of a Redis AUTH or HELLO command or of redis.conf",
        &["requirepass", "masterauth", "redis-cli", "AUTH "],
        concat!(
            r#"(?:\b(?:requirepass|masterauth)\s+"?([^\s"]+)|redis-cli\b[^\n|;&]*?\s(?:-a|--pass)\s+['"]?"#,
            r#"([^\s"']+)|^AUTH\s+(?:\S+\s+)?(\S+)\s*$)"#
        ),
    )
    .checked(validate::secret)
    .examples(
        &[concat!("redis-cli -h redis -a ⟦Hx", "7-kk2Q⟧ ping"), concat!("requirepass ⟦Hx", "7-kk2Q⟧")],
        &["redis-cli -h redis ping", "NOAUTH Authentication required."],
    ),
    Detector::context(
        "sql-identified-by",
        "password in a CREATE USER, ALTER USER or GRANT statement",
        &["identified", "set password", "with password", "encrypted password"],
        concat!(
            r#"(?i)\b(?:identified\s+(?:with\s+\S+\s+)?(?:by|as)|set\s+password[^=\n]*=|(?:with"#,
            r#"|encrypted)\s+password)\s*(?:password\()?['"]([^'"]+)['"]"#
        ),
    )
    .checked(validate::secret)
    .examples(
        &[concat!("CREATE USER 'a'@'%' IDENTIFIED BY '⟦Hx", "7-kk2Q⟧'"), concat!("create role x with password '⟦Hx", "7-kk2Q⟧'")],
        &["identified by its name", "ALTER USER x WITH PASSWORD $1"],
    ),
    Detector::context("pgpass", "password in a .pgpass line", &[":5432:", ":*:"], r"^[^\s:]+:(?:5432|\*):[^\s:]+:[^\s:]+:([^\s:]+)\s*$")
        .checked(validate::secret)
        .examples(&[concat!("db:5432:docs:bob:⟦Hx", "7-kk2Q⟧")], &["10.0.0.1:5432: connection refused", "listening on :5432: ok"]),
    Detector::context(
        "mongo-shell-auth",
        "password in db.auth() or createUser() of the Mongo shell",
        &["db.auth", "pwd"],
        r#"db\.auth\(\s*["'][^"']*["']\s*,\s*["']([^"']+)["']"#,
    )
    .checked(validate::secret)
    .examples(&[concat!(r#"db.auth("bob", "⟦Hx"#, r#"7-kk2Q⟧")"#)], &[r#"db.auth("bob", passwordPrompt())"#, "pwd"]),
    Detector::context(
        "go-dsn",
        "user and password of a data source name of Go's database drivers",
        &["@tcp(", "@unix(", "@tcp6(", "@cloudsql("],
        r#"(?:^|[^A-Za-z0-9_.$-])([A-Za-z0-9_.-]+):([^\s"']+?)@(?:tcp6?|unix|cloudsql)\("#,
    )
    .checked(validate::secret)
    .examples(
        &[concat!("⟦bo", "b⟧:⟦Hx7-kk2Q⟧@tcp(mysql:3306)/shop?parseTime=true")],
        &["bob@tcp(mysql:3306)/shop", "$USER:$PASS@tcp(db)/x"],
    ),
];
