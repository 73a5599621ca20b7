//! Connection strings and URIs: user and password go, scheme, host, port and database stay.

use super::{Detector, validate};
use crate::Level::Default as D;

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[Detector {
    id: "uri-userinfo",
    about: "user and password of any URI: postgres, mysql, mongodb, redis, amqp, http proxies, …",
    level: D,
    literals: &["://"],
    pattern: r#"[A-Za-z0-9]://(?:([^\s/?#:@"'<>\\\[]*):([^\s/?#"'<>\\]*)|([^\s/?#:@"'<>\\]+))@"#,
    check: Some(validate::secret),
    shape: false,
    hits: &["mongodb://⟦shepherd⟧:⟦hunter2⟧@mongodb:27017/docs?authSource=admin", "redis://:⟦hunter2⟧@redis:6379/0"],
    misses: &["mongodb://mongodb-0.mongodb:27017/shepherd", "https://example.com/@user", "http://host/a?b=c:d@e"],
}];
