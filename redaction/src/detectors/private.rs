//! Private keys, password hashes, seeds.

use super::{Detector, Near};

/// Rows.
pub(super) static DETECTORS: &[Detector] = &[
    Detector::shape(
        "private-key",
        "PEM block of any private key: RSA, EC, PKCS#8, OpenSSH, PGP",
        &["PRIVATE KEY"],
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----\s*([A-Za-z0-9+/=][^-]*(?:-[^-]+)*?)\s*(?:-----END|$)",
    )
    .near(Near::Anything)
    .examples(
        &[concat!(
            "-----BEGIN RSA PRIVATE KEY-----⟦MI",
            "IEowIBAAKCAQEAkOwZ99dbqDNDNv017JusvNqy3bfKD+6v0u4mWuP5",
            "AP78cTRoMwFJjXqCDeVLOnl1⟧-----END RSA PRIVATE KEY-----"
        )],
        &["-----BEGIN CERTIFICATE-----MIIBszCCAVmg-----END CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----MIIB-----END PUBLIC KEY-----"],
    ),
    Detector::shape("age-key", "age identity", &["AGE-SECRET-KEY-"], r"\b(AGE-SECRET-KEY-1[A-Z0-9]{58})\b").examples(
        &[concat!("# key\n⟦AG", "E-SECRET-KEY-1YYYS3OCUI8I9JWZIO5W359", "W6LUWWXBM652A03UEDMCQDK2E1U687D04A76⟧")],
        &["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
    ),
    Detector::context(
        "wireguard-key",
        "WireGuard private or preshared key",
        &["PrivateKey", "PresharedKey"],
        r#"(?i)\b(?:PrivateKey|PresharedKey)["\']?\s*[=:]\s*["\']?([A-Za-z0-9+/]{43}=)"#,
    )
    .examples(
        &[concat!("PrivateKey = ⟦wq", "RdXG+51gvgE8RBBKzliSI", "1C/yqRTJrxOTg75ZfeoO=⟧")],
        &["PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="],
    ),
    Detector::context(
        "jwk-private",
        "private members of a JSON Web Key",
        &[r#""kty""#],
        r#""(?:d|p|q|dp|dq|qi|k)"\s*:\s*"([A-Za-z0-9_-]{20,})""#,
    )
    .examples(
        &[concat!(r#"{"kty":"EC","crv":"P-256","d":"⟦4t"#, "TU6DzdqjK3xJ635Zvt2AzT", r#"EDqRxGpEwdQODodiMf7⟧"}"#)],
        &[concat!(
            r#"{"kty":"RSA","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3J"#,
            r#"DXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4"#,
            r#"H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHp"#,
            r#"M2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw"}"#
        )],
    ),
    Detector::context("putty-key", "private lines of a PuTTY key on one line", &["Private-MAC"], r"Private-MAC:\s*([0-9a-f]{40,64})")
        .examples(
            &[concat!("Private-MAC: ⟦15", "d8bf9caf6eced23731aa931919ebb37", "28950117b0397b5b568c204c252effc⟧")],
            &["Private-MAC: "],
        ),
    Detector::shape(
        "crypt-hash",
        "password hash: bcrypt, argon2, scrypt, SHA-crypt, yescrypt, apr1",
        &["$2a$", "$2b$", "$2y$", "$apr1$", "$argon2", "$5$", "$6$", "$y$", "$scrypt$", "$pbkdf2", "$1$"],
        concat!(
            r"(\$(?:2[aby]\$\d\d\$[./A-Za-z0-9]{53}|(?:apr1|1|5|6|y|7|gy)\$[./A-Za-z0-9$=,]{16,}|argon2(?:id?",
            r"|d)\$[./A-Za-z0-9$=,+]{20,}|(?:scrypt|pbkdf2[a-z0-9-]*)\$[./A-Za-z0-9$=,+-]{20,}))"
        ),
    )
    .examples(
        &[
            concat!("bob:⟦$2", "y$05$9c2xt3xFdxHoOnJWJE6X5DsD", "cPh91qW9ZOfaQENm8v3wImrafdD9b⟧"),
            concat!(
                "root:⟦$6",
                "$z7HCgELX$K5jpVRVFtAiIp5nHi2Ng4PFeXr3IQHCO1Rq60PSVyK",
                "qZH1ZhV7szlPZaeTOQ4KCHhRTBJHs18XHOy9DQJVhMXL⟧:19000:0"
            ),
        ],
        &["awk {print $1$2}", "$5$ off"],
    ),
    Detector::context(
        "htpasswd-sha",
        "SHA-1 password hash of htpasswd or LDAP",
        &["{SHA", "{SSHA"],
        r"\{S?SHA(?:\d+)?\}([A-Za-z0-9+/]{27,}={0,2})",
    )
    .examples(&[concat!("bob:{SHA}⟦PW", "F2AGDcdz9u41g", "VlRZ0bI4EcBA=⟧")], &["{SHA} format"]),
    Detector::shape(
        "scram-verifier",
        "SCRAM verifier of PostgreSQL",
        &["SCRAM-SHA-"],
        r"(SCRAM-SHA-(?:1|256)\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+)",
    )
    .examples(
        &[concat!(
            "x ⟦SC",
            "RAM-SHA-256$4096:WXKl4HJslo6qMpCUPp26gc==$T0V5tq2abX0IBki4btZk5YtU",
            "kas4MyP1mlE8DtwksSN=:LvIMJBSDLszfwjZguvBfHZWdxNHGl2AQzBxnNQhzoh4=⟧"
        )],
        &["mechanism SCRAM-SHA-256"],
    ),
    Detector::context(
        "totp-seed",
        "seed of a one-time password in an otpauth URI",
        &["otpauth://"],
        r#"otpauth://[ht]otp/[^\s"\']*?[?&]secret=([A-Za-z2-7=]{10,})"#,
    )
    .examples(&[concat!("otpauth://totp/x:bob?secret=⟦EN", "LFHF3YOSERRHCDJ7T5PC", "QTERZ7Q3ZV⟧&issuer=x")], &["otpauth://totp/x"]),
    Detector::shape("django-key", "Django insecure secret key", &["django-insecure-"], r#"(django-insecure-[^\s'"\\]{30,})"#)
        .examples(&[concat!("x ⟦dj", "ango-insecure-nCKP8gWQMkCU4w3skq", "1puc0wprMy9KlXIJkgfeaZsMm1Y4gBAC⟧")], &["django-insecure-x"]),
    Detector::context(
        "ethereum-key",
        "private key of a wallet, near its name",
        &["private", "wallet", "eth"],
        r"(?i)(?:private|wallet|eth)[^\n]{0,30}?\b(0x[0-9a-f]{64})\b",
    )
    .near(Near::Also("0x"))
    .examples(
        &[concat!("wallet private: ⟦0x", "01a02d7ee8dfc10e12d2fac7e7ca4645", "35333ff7992fe1cdde5b2e79a2f4cb53⟧")],
        &["block 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ),
    Detector::shape("nostr-key", "nostr private key", &["nsec1"], r"\b(nsec1[a-z0-9]{58})\b")
        .examples(&[concat!("x ⟦ns", "ec11ybj8s0c5besq8c3vk1u0t7bi1at", "ewytlsi9ui2388ky22nfwl7tbylnnt⟧")], &["5 nsec1"]),
];
