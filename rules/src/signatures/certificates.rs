//! Certificates that ended, end soon, or are for another host: by the word of ingress-nginx and of clients.

use tarbox_model::log::{Family, Signature};

/// Lines about certificates.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "ingress-certificate-expired",
        family: Family::Authentication,
        literals: &["SSL certificate for server"],
        pattern: r#"SSL certificate for server "(?P<host>[^"]+)" expired \((?P<end>[^)]+)\)"#,
        unless: &[],
        examples: &[
            r#"W1125 17:14:28.232319       1 controller.go:249] SSL certificate for server "shop.example.com" expired (2026-11-23 17:14:23 +0000 UTC)"#,
        ],
        counterexamples: &[
            r#"W1125 17:15:08.998621       1 controller.go:251] SSL certificate for server "shop.example.com" is about to expire (2026-11-28 17:15:05 +0000 UTC)"#,
        ],
    },
    Signature {
        id: "ingress-certificate-expiring",
        family: Family::Authentication,
        literals: &["is about to expire"],
        pattern: r#"SSL certificate for server "(?P<host>[^"]+)" is about to expire \((?P<end>[^)]+)\)"#,
        unless: &[],
        examples: &[
            r#"W1125 17:15:08.998621       1 controller.go:251] SSL certificate for server "shop.example.com" is about to expire (2026-11-28 17:15:05 +0000 UTC)"#,
        ],
        counterexamples: &["the session is about to expire"],
    },
    Signature {
        id: "ingress-certificate-other-host",
        family: Family::Authentication,
        literals: &["does not contain a Common Name"],
        pattern: r#"SSL certificate "(?P<secret>[^"]+)" does not contain a Common Name or Subject Alternative Name for server "(?P<host>[^"]+)"(?:: (?P<why>.+))?"#,
        unless: &[],
        examples: &[
            r#"W1125 17:15:51.144115       1 controller.go:244] SSL certificate "shop/web-tls" does not contain a Common Name or Subject Alternative Name for server "shop.example.com": x509: certificate is valid for staging.example.com, not shop.example.com"#,
        ],
        counterexamples: &["the certificate does not contain a Common Name"],
    },
    Signature {
        id: "certificate-expired-seen",
        family: Family::Authentication,
        literals: &["certificate has expired", "CERT_HAS_EXPIRED", "expired certificate", "CertificateExpiredException"],
        pattern: r#"(?:(?:https?://(?P<calleda>[\w.-]+)|host='(?P<calledb>[\w.-]+)')[^\n]*?)?(?:x509: certificate has expired or is not yet valid: current time \S+ is after (?P<end>[\dT:Z+-]+)|x509: certificate has expired or is not yet valid:? *$|certificate verify failed: certificate has expired|CERT_HAS_EXPIRED|remote error: tls: (?P<own>expired certificate)|CertificateExpiredException: NotAfter: (?P<java>[^\n]+)|[Ee]rror: certificate has expired)"#,
        // What clients bring to the API server, and what it calls, is told by other rules.
        unless: &["authenticate the request", "failed calling webhook", "is before "],
        examples: &[
            r#"Get "https://billing:8443/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-24T03:11:02Z is after 2026-11-01T00:00:00Z"#,
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1007)",
            "Error: certificate has expired { code: 'CERT_HAS_EXPIRED' }",
            "http: TLS handshake error from 10.244.0.7:51234: remote error: tls: expired certificate",
        ],
        counterexamples: &[
            r#"E1124 03:11:02.1 1 authentication.go:73] "Unable to authenticate the request" err="[x509: certificate has expired or is not yet valid: current time 2026-11-24T03:11:02Z is after 2026-11-01T00:00:00Z]""#,
            "x509: certificate has expired or is not yet valid: current time 2026-11-24T03:11:02Z is before 2026-11-24T05:00:00Z",
        ],
    },
    Signature {
        id: "certificate-other-host-seen",
        family: Family::Authentication,
        literals: &[
            "certificate is valid for",
            "Hostname mismatch",
            "does not match certificate's altnames",
            "No subject alternative DNS name matching",
        ],
        pattern: r#"(?:(?:https?://(?P<calleda>[\w.-]+)|host='(?P<calledb>[\w.-]+)')[^\n]*?)?(?:x509: certificate is valid for (?P<names>[^\n]+?), not (?P<hosta>[A-Za-z0-9.*-]+)|Hostname mismatch, certificate is not valid for '(?P<hostb>[^']+)'|does not match certificate's altnames: Host: (?P<hostc>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)|No subject alternative DNS name matching (?P<hostd>\S+) found)"#,
        unless: &["SSL certificate", "failed calling webhook"],
        examples: &[
            r#"Get "https://billing:8443/": tls: failed to verify certificate: x509: certificate is valid for billing.old.svc, not billing"#,
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'billing'. (_ssl.c:1007)",
            "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: billing. is not in the cert's altnames: DNS:localhost",
        ],
        counterexamples: &[
            r#"W1125 17:15:51.144094       1 controller.go:243] Unexpected error validating SSL certificate "shop/web-tls" for server "shop.example.com": x509: certificate is valid for staging.example.com, not shop.example.com"#,
        ],
    },
];
