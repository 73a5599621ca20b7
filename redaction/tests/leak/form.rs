//! The forms in which secrets are written: alone, in URIs, as PEM, and under a name in many syntaxes.

use crate::encoding::{base64, percent};
use crate::random::{BASE62, BASE64, DIGITS, GREEK, QUOTABLE, Random, TYPED};

/// A piece of a secret this long, or a third of it, is a leak; the whole of a shorter one.
const PIECE: usize = 12;

/// Whether a piece of the secret stands in what was read.
pub(crate) fn leaks(secret: &str, reading: &[u8]) -> bool {
    let bytes = secret.as_bytes();
    let length = bytes.len().min(PIECE.max(bytes.len() / 3));
    bytes.windows(length).any(|piece| memchr::memmem::find(reading, piece).is_some())
}

/// A text with secrets in it.
pub(crate) struct Canary {
    pub(crate) text: String,
    pub(crate) secrets: Vec<String>,
}

/// A token that is recognised by itself, alone or in a sentence.
pub(crate) fn bare(random: &mut Random, token: String) -> Canary {
    let text = match random.below(5) {
        0 => format!("using {token} for upload"),
        1 => format!("value={token}"),
        2 => format!("\"{token}\""),
        3 => format!("[{token}]"),
        _ => token.clone(),
    };
    Canary { text, secrets: vec![token] }
}

pub(crate) fn around(text: String, secrets: &[&str]) -> Canary {
    Canary { text, secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect() }
}

pub(crate) fn user(random: &mut Random) -> String {
    format!("{}{}", random.pick(&["svc", "app", "robot", "deploy", "root", "admin"]), random.text(DIGITS, 2))
}

fn host(random: &mut Random) -> String {
    let name = random.pick(&["db", "postgres-0.postgres", "mysql.production.svc", "10.2.3.4", "cache.internal", "mongo-rs0-0"]);
    name.to_owned()
}

pub(crate) fn password(random: &mut Random) -> String {
    let length = random.between(7, 32);
    let alphabet = if random.chance(3) { BASE62 } else { TYPED };
    random.password(alphabet, length)
}

/// `scheme://user:password@host:port/path`, the password as it is or percent-encoded.
pub(crate) fn uri(random: &mut Random, scheme: &str, port: u16, path: &str) -> Canary {
    let length = random.between(6, 28);
    let (written, secret) = if random.chance(3) {
        let raw = random.password(QUOTABLE, length);
        (percent(&raw, false), raw)
    } else {
        let raw = random.password(BASE62, length);
        (raw.clone(), raw)
    };
    let (user, host) = (user(random), host(random));
    Canary { text: format!("{scheme}://{user}:{written}@{host}:{port}{path}"), secrets: vec![secret, written] }
}

pub(crate) fn pem(random: &mut Random, label: &str) -> Canary {
    let size = random.between(6, 20);
    let mut lines: Vec<String> = (0..size).map(|_| random.text(BASE64, 64)).collect();
    lines.push(random.text(BASE64, 40) + "==");
    let dashes = "-".repeat(5);
    let text = format!("{dashes}BEGIN {label}{dashes}\n{}\n{dashes}END {label}{dashes}", lines.join("\n"));
    Canary { text, secrets: lines }
}

fn name(random: &mut Random) -> &'static str {
    random.pick(&[
        "password",
        "DB_PASSWORD",
        "spring.datasource.password",
        "mysqlRootPassword",
        "REDIS_PASSWD",
        "admin-password",
        "client_secret",
        "clientSecret",
        "API_KEY",
        "apiKey",
        "x-api-key",
        "SECRET_KEY",
        "accessToken",
        "access_token",
        "SMTP_PASS",
        "passphrase",
        "bindPassword",
        "private-key",
        "encryptionKey",
        "signing_key",
        "authToken",
        "AUTH_TOKEN",
        "jwtSecret",
        "COOKIE_SECRET",
        "webhook_secret",
        "licenseKey",
        "PGPASSWORD",
        "ftp_pwd",
        "sharedSecret",
        "consumer.secret",
        "masterKey",
        "refresh_token",
        "USER_PASSWORD_1",
        "keystorePassword",
        "basic_auth_password",
        "kennwort",
        "MOT_DE_PASSE",
    ])
}

/// A generic secret under a name, in one of many syntaxes.
pub(crate) fn assigned(random: &mut Random, syntax: usize) -> Canary {
    let name = name(random);
    let length = random.between(6, 40);
    let quoted = |random: &mut Random| random.password(QUOTABLE, length);
    let plain = |random: &mut Random| if random.chance(6) { random.password(GREEK, length) } else { random.password(TYPED, length) };
    let (text, secret) = match syntax {
        0 => {
            let secret = plain(random);
            (format!("{name}={secret}"), secret)
        }
        1 => {
            let secret = quoted(random);
            (format!("{{\"host\":\"db\",\"{name}\":\"{secret}\",\"port\":5432}}"), secret)
        }
        2 => {
            let secret = plain(random);
            (format!("{name}: {secret}"), secret)
        }
        3 => {
            let secret = quoted(random);
            (format!("{name}: '{secret}'"), secret)
        }
        4 => {
            let secret = plain(random);
            (format!("--{} {secret} --verbose", name.replace(['_', '.'], "-").to_lowercase()), secret)
        }
        5 => {
            let secret = random.password(BASE62, length);
            (format!("<{name}>{secret}</{name}>"), secret)
        }
        6 => {
            let secret = random.password(BASE62, length);
            (format!("https://example.org/hook?user=bob&{name}={secret}&page=2"), secret)
        }
        7 => {
            let secret = quoted(random);
            (format!("'{name}' => '{secret}',"), secret)
        }
        8 => {
            let secret = quoted(random);
            (format!("{name} = \"{secret}\""), secret)
        }
        9 => {
            let secret = random.password(BASE62, length);
            (format!("map[host:db {name}:{secret} port:5432]"), secret)
        }
        10 => {
            let secret = random.password(BASE62, length);
            (format!("{{\"name\":\"{name}\",\"value\":\"{secret}\"}}"), secret)
        }
        _ => {
            let secret = random.password(BASE62, length);
            (format!("-D{name}={secret} -Xmx512m"), secret)
        }
    };
    Canary { text, secrets: vec![secret] }
}

pub(crate) fn base64url_json(json: &str) -> String {
    base64(json.as_bytes(), true, false)
}
