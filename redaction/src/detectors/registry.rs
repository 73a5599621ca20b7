//! Tokens of container and package registries.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::context(
        "docker-config-auth",
        "base64 of user:password in a docker config",
        &[r#""auth""#],
        r#""auth"\s*:\s*"([A-Za-z0-9+/]{8,}={0,2})""#,
    )
    .checked(validate::user_and_password)
    .examples(
        &[concat!(r#"{"auths":{"ghcr.io":{"auth":"⟦cm"#, r#"9ib3Q6SHg3LWtrMlE=⟧"}}}"#)],
        &[r#"{"auth":"enabled1"}"#, r#""auth": "kubernetes""#],
    ),
    Detector::shape("docker-token", "Docker Hub access token", &["dckr_pat_", "dckr_oat_"], r#"\b(dckr_[po]at_[A-Za-z0-9_-]{27,})"#)
        .examples(&[concat!("x ⟦dc", "kr_pat_MOTt1MX7a8", "SyOaQKLQ4FfRyXY8y⟧")], &["dckr_pat_x"]),
    Detector::shape("npm-token", "npm access token", &["npm_"], r#"\b(npm_[A-Za-z0-9]{36})\b"#)
        .examples(&[concat!("x ⟦np", "m_H777hKGUweGsgI1aM", "PvHNiXQ3C3eAoCmMHsH⟧")], &["npm_config_registry", "npm_lifecycle_event"]),
    Detector::context(
        "npmrc-auth",
        "credentials in .npmrc",
        &["_authToken", "_auth=", "_password="],
        r#"(?:_authToken|_auth|_password)\s*=\s*"?([^\s"]+)"#,
    )
    .checked(validate::secret)
    .examples(&[concat!("//registry.npmjs.org/:_authToken=⟦Hx", "7-kk2Q⟧")], &["//registry.npmjs.org/:_authToken=${NPM_TOKEN}"]),
    Detector::shape("pypi-token", "PyPI token", &["pypi-AgE"], r#"\b(pypi-AgE[A-Za-z0-9_-]{50,})"#).examples(
        &[concat!("x ⟦py", "pi-AgEIcHlwaS5vcmc00bem5wRIEpLKrHGHQ9catsHbrcG6aVx", "-WpfkpJWo5H3J_BdpWuYMIcKOA79aqTi-GP6iRrzh0dio6I-x⟧")],
        &["pypi-AgE", "pypi-mirror"],
    ),
    Detector::shape("crates-token", "crates.io token", &["cio"], r#"\b(cio[A-Za-z0-9]{32})\b"#)
        .checked(validate::random)
        .examples(&[concat!("x ⟦ci", "o5P2F0SVmUtIsKt4N", "EYHz5tj6rMQ6ZWHr⟧")], &["socio", "cio"]),
    Detector::shape("rubygems-token", "RubyGems token", &["rubygems_"], r#"\b(rubygems_[0-9a-f]{48})\b"#)
        .examples(&[concat!("x ⟦ru", "bygems_8c024819393c97de35d8f", "88389bff51c7bb2572851ae2b89⟧")], &["rubygems_version"]),
    Detector::shape("nuget-key", "NuGet API key", &["oy2"], r#"\b(oy2[a-z0-9]{43})\b"#)
        .examples(&[concat!("x ⟦oy", "2mzd7jrajj23d32e5d1430", "locxfawi61sf101w5uee1o⟧")], &["oy2"]),
    Detector::shape(
        "artifactory-token",
        "JFrog Artifactory key or reference token",
        &["AKCp", "cmVmdGtu"],
        r#"\b(AKCp[A-Za-z0-9]{60,}|cmVmdGtu[A-Za-z0-9]{40,})"#,
    )
    .examples(&[concat!("x ⟦AK", "Cpt8JJTLOAfl4Bmvp1NVcu2x9pW85QwMlQO4", "KjxpD40dcFCxKVEE7B8qVyianfUOZFhj9KQ⟧")], &["AKCp"]),
    Detector::shape("clojars-token", "Clojars deploy token", &["CLOJARS_"], r#"\b(CLOJARS_[a-z0-9]{60})\b"#)
        .examples(&[concat!("x ⟦CL", "OJARS_oaxypwsfhfw8lzivb3kk7861ovt", "4o88vmix9ousbzf9wy5fi4488ljq8bcar⟧")], &["CLOJARS_USERNAME"]),
    Detector::context("netrc", "login and password in .netrc", &["machine"], r#"\bmachine\s+\S+\s+login\s+(\S+)\s+password\s+(\S+)"#)
        .near(Near::Also("login"))
        .checked(validate::secret)
        .examples(&[concat!("machine ghcr.io login ⟦bo", "b⟧ password ⟦Hx7-kk2Q⟧")], &["machine learning", "machine-id"]),
];
