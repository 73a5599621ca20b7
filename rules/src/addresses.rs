//! Addresses (`host:port`) that configuration and logs name, and what stands behind them in the cluster.
//!
//! [`addresses`] finds them in any text, [`clients`] and [`Client::mentions`] in what a workload is configured with,
//! [`heard()`] in what a client's log complains of; [`place()`] says what a host is to a pod of a namespace, and [`wrong`] which
//! configured addresses lead nowhere.

mod callers;
mod faults;
mod heard;
mod mentions;
mod place;

pub(crate) use callers::{Callers, Calling, callers};
pub(crate) use faults::{Fault, Wrong, wrong, wrong_of_mongodb};
pub(crate) use heard::{Heard, address_of, heard};
pub(crate) use mentions::{Client, Mention, client, clients};
pub(crate) use place::{Place, offers, place};

/// One address in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address<'a> {
    /// Scheme, when the text gives one: `mongodb`, `http`.
    pub(crate) scheme: &'a str,
    /// Name or IP address.
    pub(crate) host: &'a str,
    /// Port; the scheme's own when the text names none.
    pub(crate) port: Option<u16>,
    /// The part of the text that names it: `redis:6379`.
    pub(crate) text: &'a str,
}

/// Schemes that name no host of a network.
const LOCAL_SCHEMES: [&str; 12] = ["file", "unix", "s3", "s3a", "gs", "data", "docker", "containerd", "oci", "classpath", "arn", "urn"];

/// Schemes whose authority may list several hosts.
const LIST_SCHEMES: [&str; 8] = ["mongodb", "kafka", "amqp", "amqps", "nats", "redis", "rediss", "postgresql"];

/// The port that a scheme stands for.
fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "mongodb" => 27017,
        "redis" | "rediss" => 6379,
        "postgres" | "postgresql" => 5432,
        "mysql" | "mariadb" => 3306,
        "amqp" => 5672,
        "amqps" => 5671,
        "nats" => 4222,
        "ldap" => 389,
        "ldaps" => 636,
        _ => return None,
    })
}

/// Every address that a text names: in URLs (lists of hosts and `jdbc:` included), as `host:port`, and as the
/// `host=…`, `port=…` of a connection string.
pub(crate) fn addresses(text: &str) -> Vec<Address<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + 3..).unwrap_or_default());
        let start = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))).map_or(0, |i| i + 1);
        let start = if before.is_char_boundary(start) { start } else { before.len() };
        bare(before.get(..start).unwrap_or_default(), &mut found);
        rest = url(before.get(start..).unwrap_or_default(), after, &mut found);
    }
    bare(rest, &mut found);
    if found.is_empty() {
        found.extend(keyed(text));
    }
    found
}

/// Hosts of the URL whose authority `after` begins with; gives back what follows the authority.
fn url<'a>(scheme: &'a str, after: &'a str, found: &mut Vec<Address<'a>>) -> &'a str {
    // gRPC's `dns:///host:port` has its address in the path.
    let after = if scheme == "dns" { after.trim_start_matches('/') } else { after };
    let listed = LIST_SCHEMES.contains(&scheme);
    let ends = |c: char| {
        c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | ';' | ')' | '}' | '`' | '\\') || c == ',' && !listed
    };
    let (authority, rest) = after.split_at(after.find(ends).unwrap_or(after.len()));
    if LOCAL_SCHEMES.contains(&scheme) {
        return rest;
    }
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    for text in hosts.split(',') {
        let Some((host, port)) = host_and_port(text) else { continue };
        found.push(Address { scheme, host, port: port.or_else(|| default_port(scheme)), text });
    }
    rest
}

/// `host`, `host:port` or `[address]:port`.
pub(crate) fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let (host, rest) = inner.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) => Some(port.parse::<u16>().ok().filter(|p| *p > 0)?),
        None => None,
    };
    is_host(host).then_some((host, port))
}

/// Whether a text can be a host: a DNS name (with underscores, as people write them) or an IP address.
fn is_host(text: &str) -> bool {
    if text.contains(':') {
        return text.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
    let named = text.chars().any(|c| c.is_ascii_alphabetic()) || text.parse::<std::net::Ipv4Addr>().is_ok();
    text.len() <= 253
        && text.chars().all(fine)
        && ends(text.chars().next_back())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && named
}

/// `host:port` that stands free: not part of a path, of a time, or of a name with a password.
fn bare<'a>(text: &'a str, found: &mut Vec<Address<'a>>) {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    for (colon, _) in text.match_indices(':') {
        let (before, after) = (text.get(..colon).unwrap_or_default(), text.get(colon + 1..).unwrap_or_default());
        let start = before.rfind(|c| !part(c)).map_or(0, |i| i + before.get(i..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8));
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (host, port) = (before.get(start..).unwrap_or_default(), after.get(..digits).unwrap_or_default());
        let left = before.get(..start).and_then(|s| s.chars().next_back());
        let mut right = after.get(digits..).unwrap_or_default().chars();
        let ends = match right.next() {
            // A message goes on after the address: `dial tcp 10.0.0.1:80: connect: refused`.
            Some(':') => right.next().is_none_or(char::is_whitespace),
            Some(c) => !(c.is_alphanumeric() || matches!(c, '@' | '-' | '_' | '%')),
            None => true,
        };
        let free = ends && !matches!(left, Some('/' | ':' | '%' | '$'));
        let port = port.parse::<u16>().ok().filter(|p| *p > 0 && port.len() >= 2);
        if let (true, true, Some(port)) = (free, is_host(host), port) {
            let text = text.get(start..colon + 1 + digits).unwrap_or(host);
            found.push(Address { scheme: "", host, port: Some(port), text });
        }
    }
}

/// The `host=…` of a connection string, with its `port=…`.
fn keyed(text: &str) -> Option<Address<'_>> {
    const HOST_KEYS: [&str; 4] = ["host", "server", "data source", "hostname"];
    let mut pairs = text.split([';', ' ', ',', '\n']).filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.trim(), v.trim()));
    let host = pairs.clone().find(|(k, _)| HOST_KEYS.iter().any(|key| k.eq_ignore_ascii_case(key))).map(|(_, v)| v)?;
    let port = pairs.find(|(k, _)| k.eq_ignore_ascii_case("port")).and_then(|(_, v)| v.parse().ok());
    is_host(host).then_some(Address { scheme: "", host, port, text: host })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, Option<u16>)> {
        addresses(text).into_iter().map(|a| (a.host, a.port)).collect()
    }

    #[test]
    fn finds_addresses_as_people_write_them() {
        for (text, expected) in [
            ("redis-cart:6379", vec![("redis-cart", Some(6379))]),
            ("http://web.shop.svc.cluster.local:8080/api?x=1:2", vec![("web.shop.svc.cluster.local", Some(8080))]),
            ("http://web/api", vec![("web", Some(80))]),
            ("mongodb://u:p@a-0.db:27017,a-1.db/app?replicaSet=rs0", vec![("a-0.db", Some(27017)), ("a-1.db", Some(27017))]),
            ("mongodb://[redacted:u]@db/app", vec![("db", Some(27017))]),
            ("jdbc:postgresql://pg:5432/app", vec![("pg", Some(5432))]),
            ("jdbc:sqlserver://sql:1433;databaseName=app", vec![("sql", Some(1433))]),
            ("broker-0:9092,broker-1:9092", vec![("broker-0", Some(9092)), ("broker-1", Some(9092))]),
            ("dns:///catalog:3550", vec![("catalog", Some(3550))]),
            ("user:pw@tcp(mysql:3306)/app", vec![("mysql", Some(3306))]),
            ("Host=pg;Port=5433;Database=app", vec![("pg", Some(5433))]),
            ("host=pg user=app", vec![("pg", None)]),
            ("--redis=cache:6379 --log=/var/log", vec![("cache", Some(6379))]),
            ("proxy_pass http://backend:8080;", vec![("backend", Some(8080))]),
            ("dial tcp 10.96.0.50:27017: connect: connection refused", vec![("10.96.0.50", Some(27017))]),
            ("lookup http://é:80", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn takes_nothing_else_for_an_address() {
        for text in [
            "2026-11-24T03:10:00Z",
            "10:20:30",
            "registry.example.com/team/app:1234",
            "user:1234@somewhere",
            "file:///etc/hosts",
            "unix:///run/app.sock",
            "s3://bucket/key",
            "level:info",
            "a:1",
            "sum:12345678",
            "web:99999",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
