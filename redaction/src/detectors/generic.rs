//! Ways to hand over a password that no name announces.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
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
        "password-is",
        "passwords told in prose",
        &["word is", "word was", "word set to", "word changed to", "word =", "phrase is", "phrase was", "wort ist"],
        r#"(?i)\bpass(?:word|wort|phrase)\s+(?:is|ist|was|set to|changed to|=)\s*:?\s*["'`]?([^\s"'`]+)"#,
    )
    .checked(validate::random_short)
    .examples(
        &[concat!("the password is ⟦Hx", "7-kk2Q⟧"), concat!("generated password was: ⟦Hx", "7-kk2Q⟧")],
        &["password is required", "password is not set", "password was rejected", "the password is too short"],
    ),
    Detector::context(
        "long-secret-in-flag",
        "password behind -p or -pw of a client",
        &["login"],
        r#"\b(?:docker|helm\s+registry|podman|az|oc|vault|nomad|argocd)\s+(?:\w+\s+)?login\b[^\n|;&]*?\s-p\s*['"]?([^\s"']+)"#,
    )
    .near(Near::Also(" -p"))
    .checked(validate::secret)
    .examples(&[concat!("docker login -u bob -p ⟦Hx", "7-kk2Q⟧ ghcr.io")], &["docker login ghcr.io", "login -p"]),
];
