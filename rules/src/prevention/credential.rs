//! Which settings are credentials: by the name, by what a redaction left in their place, by the password in a URI.

use crate::wording::masked;

/// Words that announce a secret, as parts of a name.
const WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "secretkey",
    "credential",
    "credentials",
];
/// Two parts of a name that announce one together.
const PAIRS: [(&str, &str); 6] =
    [("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key"), ("encryption", "key"), ("signing", "key")];
/// A last part that makes a name one *about* secrets: where they are, how long they live, who checks them.
const ABOUT: [&str; 27] = [
    "file",
    "path",
    "dir",
    "name",
    "ttl",
    "expiry",
    "expiration",
    "expires",
    "url",
    "uri",
    "endpoint",
    "enabled",
    "required",
    "policy",
    "type",
    "length",
    "id",
    "ref",
    "namespace",
    "version",
    "class",
    "provider",
    "store",
    "mode",
    "header",
    "algorithm",
    "seconds",
];

/// The parts of a name, in lower case: `dbPassword`, `DB_PASSWORD`, `db.password` → `db`, `password`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && lower_before {
            parts.push(String::new());
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(last) = parts.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            last.push(c.to_ascii_lowercase());
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

/// Whether a name announces a secret, and the value does not look like a name of one (`token: deploy-token`).
fn announces(name: &str, value: &str) -> bool {
    let parts = parts(name);
    let about = parts.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    let named = value.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'.' | b'_'));
    let weak = |p: &str| matches!(p, "secret" | "token" | "credential" | "credentials");
    let strong = |p: &str| (WORDS.contains(&p) && !weak(p)) || p.ends_with("password") || p.ends_with("passwd");
    let word = parts.iter().any(|p| strong(p) || weak(p) && !named);
    let pair = parts.windows(2).any(|w| matches!(w, [a, b] if PAIRS.contains(&(a.as_str(), b.as_str()))));
    !about && (word || pair)
}

/// Whether a URI in the text carries a password.
fn has_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'', '\n']).next().unwrap_or_default();
        let login = authority.rsplit_once('@').and_then(|(login, _)| login.split_once(':'));
        login.is_some_and(|(_, password)| !password.is_empty() && !refers(password))
    })
}

/// Whether a value is a reference that something fills in: `$(DB_PASSWORD)`, `${TOKEN}`, `{{ .Values.x }}`, `<password>`.
fn refers(value: &str) -> bool {
    value.starts_with(['$', '<', '%', '{']) || value.contains("$(") || value.contains("${") || value.contains("{{")
}

/// What makes a setting a credential, in words; `None` when it is none.
pub(super) fn credential(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    let switch = value.parse::<f64>().is_ok()
        || matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "none" | "null");
    if value.is_empty() || switch || is_path(value) {
        return None;
    }
    if has_password(value) {
        return Some("a URI with a password");
    }
    let lines = value.lines().count();
    match (announces(name, value), hides_secret(value)) {
        (true, _) if lines == 1 && !refers(value) && !value.contains("://") && !value.contains(' ') => Some("a credential by its name"),
        (_, true) => Some("something that the redaction took for a secret"),
        _ => None,
    }
}

/// Whether a redaction took something out that is more than an address, a host or a person, which are no secrets.
fn hides_secret(value: &str) -> bool {
    masked(value).any(|kind| !matches!(kind, "ip" | "ipv6" | "mac" | "email" | "phone" | "host-name"))
}

/// Whether a value only says where a secret is.
fn is_path(value: &str) -> bool {
    (value.starts_with('/') || value.starts_with("./")) && !value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_secrets_from_what_is_about_them() {
        let masked = concat!("redacted.", "secret.3f9a1c2b7e10");
        for (name, value) in [
            ("DB_PASSWORD", "hunter-2"),
            ("dbPassword", "***HIDDEN***"),
            ("apiKey", "abcdef"),
            ("PGPASSWORD", masked),
            ("uri", concat!("mongodb://app:", "pa55@db:27017/x")),
            ("x", masked),
        ] {
            assert!(credential(name, value).is_some(), "{name}={value}");
        }
        for (name, value) in [
            ("PASSWORD_FILE", "/run/secrets/db"),
            ("TOKEN_TTL", "3600"),
            ("RATES", concat!("https://redacted.", "host-name.49c0902e8a98:8443/api")),
            ("SECRET_NAME", "db"),
            ("DB_PASSWORD", "$(OTHER)"),
            ("DB_PASSWORD", ""),
            ("uri", "mongodb://db:27017/x"),
            ("uri", "mongodb://app:${PASSWORD}@db/x"),
            ("MONKEY", "x"),
            ("TOKEN", "/var/run/token"),
            ("VAULT_TOKEN_ENABLED", "true"),
            ("pull.secret", "registry-credentials"),
        ] {
            assert_eq!(credential(name, value), None, "{name}={value}");
        }
    }
}
