//! Credentials in HTTP headers, cookies and query strings.

use super::{Detector, Near, validate};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::context("basic-auth", "base64 of user:password behind Basic", &["basic "], r"(?i)\bbasic\s+([A-Za-z0-9+/_-]{6,}={0,2})")
        .checked(validate::user_and_password)
        .examples(
            &[concat!("Authorization: Basic ⟦Ym", "9iOkh4Ny1razJR⟧")],
            &["basic authentication", r#"Basic realm="x""#, "basic configuration loaded"],
        ),
    Detector::context("bearer-token", "token behind Bearer", &["bearer "], r"(?i)\bbearer\s+([A-Za-z0-9._~+/=|-]{12,})")
        .checked(validate::random)
        .examples(
            &[concat!(r#"curl -H "Authorization: Bearer ⟦DN"#, "xril3RavGD5MfvJ7NScU", r#"ykT8C8UBkk⟧" http://x"#)],
            &["bearer authentication failed", r#"WWW-Authenticate: Bearer realm="https://auth.docker.io/token""#, "bearer token missing"],
        ),
    Detector::context(
        "cookie",
        "values of a Cookie header; names stay",
        &["cookie"],
        concat!(
            r#"(?i)\bcookies?["']?\s*[:=]\s*["']?(?:[A-Za-z0-9_.-]+=[^;\s"']*;\s*)*?[A-Za-z0-9_.-]*(?:sess|sid"#,
            r#"|auth|token|jwt|csrf|remember|login|user|id)[A-Za-z0-9_.-]*=([^;\s"',]{6,})"#
        ),
    )
    .checked(validate::secret)
    .examples(
        &[
            concat!("Cookie: theme=dark; sessionid=⟦pd", "hi6eygsno0fr", "nzrvcma0dy5i⟧"),
            concat!("set-cookie: connect.sid=⟦s%", "3AbpBV62h9MahWLm52mva5fiI", "6bGfKFI⟧; Path=/; HttpOnly"),
        ],
        &["Cookie: theme=dark", "cookie policy: strict"],
    ),
    Detector::context(
        "session-cookie",
        "session cookies by the names of well-known frameworks",
        &["sessid", "jsessionid", "connect.sid", "_session", "session-token", "sessionid"],
        concat!(
            r"(?i)\b(?:PHPSESSID|JSESSIONID|ASP\.NET_SessionId|connect\.sid|laravel_session|[\w.-]*session[-_]?",
            r"(?:id|token)?)=([A-Za-z0-9%._~+/=-]{12,})"
        ),
    )
    .checked(validate::random)
    .examples(&[concat!("x JSESSIONID=⟦M0", "EZMFJLCDR9JRCHZPK", "6CX7FWHX2NZMB⟧; y")], &["session_timeout=3600", "session=closed"]),
    Detector::context(
        "curl-user",
        "user and password given to curl or wget",
        &["curl", "wget"],
        r#"\b(?:curl|wget)\b[^\n|;&]*?\s(?:-u\s*|--user[ =]|--proxy-user[ =])['"]?([^\s:"']+):([^\s"']+)"#,
    )
    .near(Near::Also("-u"))
    .checked(validate::secret)
    .examples(&[concat!("curl -s -u ⟦bo", "b⟧:⟦Hx7-kk2Q⟧ http://x")], &["curl -s http://x:80/y", "curl -u $USER:$PASS http://x"]),
    Detector::context(
        "digest-auth",
        "response of HTTP digest authentication",
        &["digest "],
        r#"(?i)\bdigest\s+username="([^"]+)"[^\n]*?\bresponse="([0-9a-f]{32,64})""#,
    )
    .examples(
        &[concat!(r#"Authorization: Digest username="⟦bo"#, r#"b⟧", realm="x", response="⟦958"#, r#"0158534011e6c90b94f842932de4c⟧""#)],
        &["digest sha256 mismatch"],
    ),
    Detector::context(
        "webhook-signature",
        "signature headers of webhooks",
        &["x-hub-signature", "stripe-signature", "x-signature", "x-slack-signature"],
        concat!(
            r#"(?i)(?:x-hub-signature(?:-256)?|stripe-signature|x-slack-signature"#,
            r#"|x-signature)["\']?\s*[:=]\s*["\']?(?:t=\d+,v1=|v0=|sha(?:1|256)=)?([0-9a-f]{40,})"#
        ),
    )
    .examples(
        &[concat!("X-Hub-Signature-256: sha256=⟦58", "fb31845257065fec25f820d92927433", "fe1f10b7e7bf7121dd22615220bff02⟧")],
        &["x-signature missing"],
    ),
];
