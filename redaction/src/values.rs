//! What a value looks like: a secret, a word, a name, a reference to something else.

use crate::keys::Sensitivity;
use crate::placeholder;

/// Values that say something *about* a secret; hiding them would hide the diagnosis.
const STATUS: &[&str] = &[
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "null",
    "nil",
    "none",
    "undefined",
    "unset",
    "set",
    "empty",
    "missing",
    "required",
    "optional",
    "expired",
    "invalid",
    "valid",
    "absent",
    "present",
    "enabled",
    "disabled",
    "default",
    "unknown",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "changed",
    "unchanged",
    "rotated",
    "ok",
    "failed",
    "denied",
    "error",
    "not",
    "is",
    "was",
    "<nil>",
    "<none>",
    "<unset>",
    "<empty>",
    "<redacted>",
    "[redacted]",
    "(redacted)",
    "<hidden>",
    "<masked>",
    "<unknown>",
    "[filtered]",
    "<set to the key",
    "strict",
    "string",
    "[hidden]",
    "[masked]",
    "auto",
    "simple",
    "static",
    "bearer",
    "jwt",
    "oidc",
];

/// For each letter the letters that often follow it in English and in the names people give to software: a third of all pairs; see [`is_wordy`].
const FOLLOWERS: [&str; 26] = [
    "bcdfgiklmnprstuvy",  // a
    "abeilorsu",          // b
    "acehiklortu",        // c
    "adeiorsuy",          // d
    "abcdefgilmnpqrstvx", // e
    "aefiloru",           // f
    "aehilnorsu",         // g
    "aeiotu",             // h
    "abcdefglmnoprstvz",  // i
    "aeou",               // j
    "aeis",               // k
    "adeilostuy",         // l
    "abeimopsu",          // m
    "acdefgiknostuv",     // n
    "bcdfgilmnoprstuvw",  // o
    "aehiloprstu",        // p
    "u",                  // q
    "acdegiklmnorstuvy",  // r
    "acehiklopstuwy",     // s
    "acehilorstuwy",      // t
    "abcdegilmnprst",     // u
    "aeio",               // v
    "aehio",              // w
    "pt",                 // x
    "aps",                // y
    "eo",                 // z
];

/// Whether a value under a name that announces a secret is one. Strong names hide everything that is not a status or a reference.
pub(crate) fn is_secret(value: &str, name: Sensitivity) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    // The one test that most values of faint names fail, before all others.
    if name == Sensitivity::Faint && !is_code(value) {
        return false;
    }
    if value.is_empty() || placeholder::is_placeholder(value) || is_status(value) || is_reference(value) {
        return false;
    }
    if has_userinfo(value) {
        return false; // the URI detector hides the user and the password and keeps the host
    }
    match name {
        Sensitivity::None => false,
        Sensitivity::Faint => true,
        Sensitivity::Weak => is_unlike_a_name(value),
        Sensitivity::Strong => true,
    }
}

/// Whether a value is no number, word, name, path or address.
fn is_unlike_a_name(value: &str) -> bool {
    value.len() >= 6
        && !is_number(value)
        && !is_wordy(value)
        && !is_name(value)
        && !is_path(value)
        && !is_pointer(value)
        && !value.contains("://")
}

/// Whether a value of a Secret may be searched for as it stands in everything: words, names, ports and hosts would be found where no secret is.
pub(crate) fn is_searchable(value: &str, name: Sensitivity) -> bool {
    let value = value.trim();
    if value.len() < 6 || is_status(value) || is_reference(value) || has_userinfo(value) || placeholder::is_redacted(value) {
        return false;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.len() >= 10;
    }
    if is_wordy(value) {
        // Three words and more are a pass phrase before they are a name; and so is a word with a number, under a password's name.
        let words = value.split(|char: char| !char.is_ascii_alphabetic()).filter(|part| part.len() > 2).count();
        let alphanumeric = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let numbered = alphanumeric && value.len() >= 7 && value.bytes().any(|byte| byte.is_ascii_digit());
        return name == Sensitivity::Strong && (value.len() >= 16 && words >= 3 || numbered);
    }
    name >= Sensitivity::Weak
        || !(is_path(value) || is_number(value) || value.contains("://") || is_address(value) || is_time(value) || is_name(value))
}

/// Whether the value may be found inside longer words; others must stand alone.
pub(crate) fn is_unmistakable(value: &[u8]) -> bool {
    let class = |test: fn(&u8) -> bool| usize::from(value.iter().any(test));
    let classes = class(u8::is_ascii_lowercase)
        + class(u8::is_ascii_uppercase)
        + class(u8::is_ascii_digit)
        + class(|byte| !byte.is_ascii_alphanumeric());
    value.len() >= 16 || (value.len() >= 10 && classes >= 2) || (value.len() >= 8 && classes >= 3)
}

fn is_status(value: &str) -> bool {
    STATUS.iter().any(|status| value.eq_ignore_ascii_case(status)) || is_uniform(value)
}

/// `***`, `xxxxxxxx`, `-----`: masked by somebody else. A single character is a value.
fn is_uniform(value: &str) -> bool {
    let mut bytes = value.bytes();
    let Some(first) = bytes.next() else { return true };
    value.len() >= 3 && matches!(first, b'*' | b'x' | b'X' | b'.' | b'-' | b'_' | b'#' | b'?') && bytes.all(|byte| byte == first)
}

/// `$(VAR)`, `${VAR}`, `$VAR`, `{{ .Values.x }}`, `%s`, `<your-password>`: names a value that is elsewhere.
fn is_reference(value: &str) -> bool {
    let inner = |open: &str, close: &str| {
        value
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(|inner| !inner.contains(open) && !inner.contains(":-"))
    };
    let name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    inner("$(", ")")
        || inner("${", "}")
        || value.strip_prefix('$').is_some_and(|rest| name(rest) && rest.bytes().all(|byte| !byte.is_ascii_lowercase()))
        || (value.starts_with("{{") && value.ends_with("}}"))
        || (value.starts_with('%') && value.len() == 2)
        || is_expression(value)
        || (value.starts_with('<') && value.ends_with('>') && is_wordy(value.trim_matches(['<', '>'])))
}

/// `os.environ[`, `process.env.X`, `env:X`, `file:/x`: code, or the place of a value.
fn is_expression(value: &str) -> bool {
    let name = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if let Some(place) = value.strip_prefix("env:") {
        return name(place);
    }
    if let Some(place) = value.strip_prefix("file:").or_else(|| value.strip_prefix("vault:")) {
        return is_path(place.split('#').next().unwrap_or(place)) || place.contains('/') && is_name(place);
    }
    let (path, called) = value.split_once(['[', '(']).map_or((value, None), |(path, rest)| (path, Some(rest)));
    let word = |part: &str| name(part) && (is_wordy(part) || part.len() <= 3);
    let words = path.split('.').all(word) && !path.starts_with(|char: char| char.is_ascii_digit());
    words
        && (called.is_some_and(|rest| path.len() >= 3 && is_arguments(rest))
            || path.contains(".env.")
            || path.starts_with("self.")
            || path.starts_with("this."))
}

/// Whether what follows an opening bracket could be the rest of a call or an index: names and quoted names, closed, or cut at a quote.
fn is_arguments(rest: &str) -> bool {
    let plain = |char: char| {
        char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | ',' | ' ' | '\'' | '"' | '\\' | '(' | ')' | '[' | ']' | '-')
    };
    rest.chars().all(plain)
        && rest.split(|char: char| !char.is_ascii_alphanumeric()).all(|part| part.len() <= 2 || is_wordy(part))
        && (rest.is_empty() || rest.ends_with([')', ']', '"', '\'', '\\']))
}

/// A URI that carries a user or a password.
pub(crate) fn has_userinfo(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b':'))
            && rest.split(['?', '#', ' ']).next().is_some_and(|authority| authority.contains('@'))
    })
}

fn is_number(value: &str) -> bool {
    value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b','))
        || value.parse::<f64>().is_ok_and(|_| value.len() <= 12)
}

fn is_path(value: &str) -> bool {
    let relative = value.trim_start_matches(['.', '~']);
    relative.starts_with('/') && relative.split('/').all(|part| part.is_empty() || is_wordy(part))
}

/// Whether a value is a run of letters and numerals in no order: no name, no digest, no UUID.
fn is_code(value: &str) -> bool {
    if !(16..=512).contains(&value.len()) {
        return false;
    }
    let class = |test: fn(u8) -> bool| value.bytes().filter(|byte| test(*byte)).count();
    let (upper, digits) = (class(|byte| byte.is_ascii_uppercase()), class(|byte| byte.is_ascii_digit()));
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let (frequent, all) = frequent_pairs(value.as_bytes());
    !hex && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+=~".contains(&byte))
        && digits >= 2
        && (upper >= 2 || digits * 5 >= value.len())
        && frequent * 10 < all * 7
        && is_unlike_a_name(value)
}

/// `0xc0008e2640`, `([]string)`, `map[string]int`, `{`: what a program prints of its own variables.
fn is_pointer(value: &str) -> bool {
    let hex = value.strip_prefix("0x").is_some_and(|digits| digits.len() <= 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hex || value.starts_with(['(', '[', '{']) && value.bytes().all(|byte| byte.is_ascii_lowercase() || b"[](){}*.".contains(&byte))
}

/// Whether the value could be the name of an object, or of several: lower-case words with hyphens, and at most a generated suffix.
pub(crate) fn is_name(value: &str) -> bool {
    let segments = || value.split(['-', '.', '/', ',', ':', ' ']).filter(|segment| !segment.is_empty());
    let word = |segment: &str| {
        let (frequent, all) = frequent_pairs(segment.as_bytes());
        segment.len() <= 20 && segment.bytes().all(|byte| byte.is_ascii_lowercase()) && (segment.len() < 5 || frequent * 5 >= all * 2)
    };
    let suffix = |segment: &str| {
        segment.len() <= 5 && segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            || segment.len() <= 10 && segment.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
    };
    let words = segments().filter(|segment| word(segment)).count();
    let others = segments().filter(|segment| !word(segment));
    value.len() <= 4096 && words >= 2 && others.clone().all(suffix) && others.count() * 2 <= words
}

/// `10.0.0.1`, `10.0.0.1:27017`, `fe80::1`.
fn is_address(value: &str) -> bool {
    value.parse::<std::net::IpAddr>().is_ok() || value.parse::<std::net::SocketAddr>().is_ok()
}

/// `2024-05-01T10:00:00Z`, `2024-05-01`.
fn is_time(value: &str) -> bool {
    value.len() >= 10
        && value.len() <= 40
        && value.bytes().all(|byte| byte.is_ascii_digit() || b"-:TZ.+ ".contains(&byte))
        && value.as_bytes().get(4) == Some(&b'-')
}

/// Whether a value is made of words and small numbers, like the names of objects, hosts, databases, files: `shepherd-secret`, `mongodb-0.mongodb-svc`.
pub(crate) fn is_wordy(value: &str) -> bool {
    if value.is_empty() || value.len() > 253 {
        return false;
    }
    let mut words = 0;
    let mut odd = 0;
    for part in value.split(|char: char| !char.is_ascii_alphanumeric()) {
        match part.len() {
            0 => {}
            _ if is_word(part) => words += 1,
            1..=3 => {}
            4..=6 if part.bytes().all(|byte| byte.is_ascii_digit()) => {}
            // `x7k2p`: the suffix of a generated name.
            4..=5 if part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) => odd += 1,
            _ => return false,
        }
    }
    // More symbols than a name has: a password of short pieces.
    let symbols = value.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !b"-_./: ,@".contains(byte)).count();
    words > odd && symbols == 0 && value.is_ascii()
}

/// Whether letters read like a word. In one case or capitalised, at least 60 % of the letter pairs frequent ones; a random string of eight passes one time in twelve.
fn is_word(part: &str) -> bool {
    let letters = part.trim_end_matches(|char: char| char.is_ascii_digit());
    if letters.len() < 3 || part.len() - letters.len() > 3 || letters.len() > 24 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return false;
    }
    let bytes = letters.as_bytes();
    let humps = bytes.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase())).count();
    if humps > letters.len() / 5 {
        return false;
    }
    let (frequent, all) = frequent_pairs(bytes);
    let even = bytes.iter().skip(1).all(u8::is_ascii_lowercase) || bytes.iter().all(u8::is_ascii_uppercase);
    letters.len() < 4 && even || letters.len() >= 4 && frequent * 10 >= all * 6
}

/// How many of the pairs of letters in a row are frequent ones, and how many pairs there are.
pub(crate) fn frequent_pairs(text: &[u8]) -> (usize, usize) {
    const FREQUENT: [[bool; 26]; 26] = {
        let mut frequent = [[false; 26]; 26];
        let mut letter = 0;
        while letter < 26 {
            let followers = FOLLOWERS[letter].as_bytes();
            let mut at = 0;
            while at < followers.len() {
                frequent[letter][(followers[at] - b'a') as usize] = true;
                at += 1;
            }
            letter += 1;
        }
        frequent
    };
    let (mut frequent, mut all) = (0, 0);
    for pair in text.windows(2) {
        let [a, b] = [pair.first(), pair.last()].map(|byte| byte.map_or(0, u8::to_ascii_lowercase));
        if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            all += 1;
            frequent += usize::from(FREQUENT[usize::from(a - b'a')][usize::from(b - b'a')]);
        }
    }
    (frequent, all)
}

/// Shannon entropy in bits a byte.
pub(crate) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let total = value.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_are_wordy() {
        for value in [
            "shepherd-secret",
            "production/shepherd-secret",
            "mongodb-0.mongodb-svc.production.svc.cluster.local:27017",
            "default-token-x7k2p",
            "admin",
            "changeme",
            "mongodb-url",
            "caddy",
            "password",
            "postgres",
            "documents",
            "Administrator",
            "kubernetes-dashboard",
            "letsencrypt-staging",
            "expired",
            "signature mismatch",
            "shepherd_production",
            "root",
            "monitoring",
            "user1",
            "grafana",
            "hello world",
            "documentation",
        ] {
            assert!(is_wordy(value), "{value}");
        }
        for value in
            ["hunter2!", "S3cr3tPa55", "qjxkzvbwpmtr", "x9Kd-82jq-QQwz", "4f3c2a1b9d8e7f60", "Tr0ub4dor&3", "p@ssw0rd!", "zxcvbnmqwrt"]
        {
            assert!(!is_wordy(value), "{value}");
        }
    }

    #[test]
    fn status_and_references_are_no_secrets() {
        for value in [
            "",
            "true",
            "<nil>",
            "****",
            "xxxxxxxx",
            "$(DB_PASSWORD)",
            "${DB_PASSWORD}",
            "{{ .Values.password }}",
            "<your-password>",
            "required",
            "%s",
            "$PASSWORD",
        ] {
            assert!(!is_secret(value, Sensitivity::Strong), "{value}");
        }
        for value in ["hunter", "a", "12345", "${X:-hunter2}", "/etc", "$ecretx"] {
            assert!(is_secret(value, Sensitivity::Strong), "{value}");
        }
        for value in ["mongodb-url", "/var/run/secrets/token", "https://example.com/token", "12345", "production/shepherd-secret"] {
            assert!(!is_secret(value, Sensitivity::Weak), "{value}");
        }
    }

    #[test]
    fn common_values_are_not_searched() {
        for value in [
            "true",
            "5432",
            "admin",
            "shepherd",
            "production",
            "mongodb.production.svc",
            "10.0.0.12",
            "/data/db",
            "https://example.com/x",
            "aaaa",
            "mongodb://u:p@h/db",
            "123456",
        ] {
            assert!(!is_searchable(value, Sensitivity::None), "{value}");
        }
        for value in ["hunter2!", "S3cr3tPa55", "aGVsbG8gd29ybGQxMjM", "qjxkzvbwpmtr"] {
            assert!(is_searchable(value, Sensitivity::None), "{value}");
        }
    }
}
