//! Ways to hand over a password that no name announces.

use super::{Detector, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::context(
        "shell-default",
        "default value of a variable that holds a secret",
        &["pass", "secret", "token", "key"],
        r"(?i)\$\{[A-Z0-9_]*(?:PASS|PWD|SECRET|TOKEN|APIKEY|API_KEY)[A-Z0-9_]*:?[-=]([^}\s]+)\}",
    )
    .checked(validate::secret)
    .examples(&[concat!("echo ${DB_PASSWORD:-⟦Hx", "7-kk2Q⟧}")], &["${DB_PASSWORD:-}", "${TOKEN_FILE}", "${PASSWORD:-$OTHER}"]),
    Detector::context(
        "sshpass",
        "password given to sshpass, openssl, keytool, zip",
        &["sshpass", "openssl", "keytool"],
        concat!(
            r#"(?:\bsshpass\s+(?:-\w+\s+)*?-p\s*['"]?([^\s"']+)|\bopenssl\b[^\n]*?\bpass:([^\s"']+)"#,
            r#"|\bkeytool\b[^\n]*?-(?:storepass|keypass)\s+([^\s"']+))"#
        ),
    )
    .checked(validate::secret)
    .examples(
        &[concat!("sshpass -p ⟦Hx", "7-kk2Q⟧ ssh x"), concat!("openssl rsa -passin pass:⟦Hx", "7-kk2Q⟧ -in k")],
        &["openssl version", "openssl x509 -noout"],
    ),
    Detector::context(
        "name-and-value",
        "a name that announces a secret, and its value beside it: XML, JSON, YAML flow",
        &["pass", "secret", "token", "pwd", "apikey", "api_key", "api-key", "credential"],
        concat!(
            r#"(?i)["']?\b(?:name|key)["']?\s*[:=]\s*["']?[\w.-]*(?:password|passwd|pwd|secret|token|api[_-]?key"#,
            r#"|credential)s?["']?\s*[,;]?\s*["']?value["']?\s*[:=]\s*["']?([^"'\s,}<>]+)"#
        ),
    )
    .checked(validate::secret)
    .examples(
        &[
            concat!(r#"<add key="DbPassword" value="⟦Hx"#, r#"7-kk2Q⟧"/>"#),
            concat!(r#"{"name":"DB_PASSWORD","value":"⟦Hx"#, r#"7-kk2Q⟧"}"#),
        ],
        &[r#"{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"x","key":"y"}}}"#],
    ),
    Detector::context(
        "password-is",
        "passwords told in prose",
        &["password", "passwort", "passphrase"],
        r#"(?i)\bpass(?:word|wort|phrase)\s+(?:is|was|set to|changed to|=)\s*:?\s*["'`]?([^\s"'`]+)"#,
    )
    .checked(validate::random_short)
    .examples(
        &[concat!("the password is ⟦Hx", "7-kk2Q⟧"), concat!("generated password was: ⟦Hx", "7-kk2Q⟧")],
        &["password is required", "password is not set", "password was rejected", "the password is too short"],
    ),
    Detector::context(
        "long-secret-in-flag",
        "password behind -p or -pw of a client",
        &["login", "winexe", "plink", "docker"],
        r#"\b(?:docker|helm\s+registry|podman|az|oc|vault|nomad|argocd)\s+(?:\w+\s+)?login\b[^\n|;&]*?\s-p\s*['"]?([^\s"']+)"#,
    )
    .checked(validate::secret)
    .examples(&[concat!("docker login -u bob -p ⟦Hx", "7-kk2Q⟧ ghcr.io")], &["docker login ghcr.io", "login -p"]),
];
