//! Redacting twice is redacting once, and where a stream was cut changes nothing: on texts made of what matters to a redactor, by chance.
//!
//! Names that announce, values, marks of keys and blocks, quotes, ends of lines and data that is no text meet here as in no text by a person;
//! who takes any of them out of its line decides what is said about the next. `PROPTEST_CASES=200000` tries more of them, `PROPTEST_RNG_SEED` others.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tarbox_redaction::{Level, Redactor, TextKind};

/// The value of a Secret of this cluster.
const KNOWN: &str = concat!("Vq3m", "ff6T", "fuzzed8k");

/// Ends of lines, blanks, signs.
const SIGNS: &[&[u8]] = &[
    b"\n",
    b"\n",
    b"\n",
    b"\n",
    b"\n  ",
    b"\n    ",
    b"\n- ",
    b"\n  - ",
    b"\r\n",
    b"\\\n",
    b" ",
    b" ",
    b"  ",
    b"\t",
    b"\\",
    b"\"",
    b"'",
    b"`",
    b": ",
    b":",
    b"=",
    b"= ",
    b"%3D",
    b"->",
    b"=>",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b";",
    b"|",
    b"|\n  ",
    b">-\n  ",
    b": |\n  ",
    b"<",
    b">",
    b"$",
    b"*",
    b"?",
    b"!",
    b"-",
    b"--",
    b"_",
    b".",
    b"\\n",
    b"\\u0041",
    b"%20",
    b"\xff\xfe",
    b"\0\0\x01\x02\x03",
    b"\x01",
    b"\xd0\xbf",
];

/// Names and values.
const WORDS: &[&[u8]] = &[
    b"password",
    b"PASSWORD",
    b"DB_PASSWORD",
    b"secret",
    b"token",
    b"Authorization: Bearer ",
    b"Bearer ",
    b"api_key",
    b"- name: ",
    b"name: ",
    b"value: ",
    b"value",
    b"clientKeyData",
    b"passwd",
    b"credentials",
    b"kind: Secret",
    b"data:",
    b"stringData:",
    b"<password>",
    b"</password>",
    b"--password ",
    b"user=",
    b"{\"password\":\"",
    b"\\\"password\\\":\\\"",
    b"hunter2-Q9",
    b"aB3xK9mQ2vLp7RtZ",
    b"Kx93hVq7TmW2",
    b"c2VjcmV0LXZhbHVlLTEyMw==",
    b"68756e746572322d51392d6c6f6e67",
    b"a",
    b"x",
    b"word",
    b"some words here",
    b"true",
    b"null",
    b"${VAR}",
    b"redacted.secret.5e806a08f264",
    b"redacted.binary.21a27a130536",
    b"2024-05-01T10:00:00.123456789Z ",
    b"2024-05-01T10:00:00Z stdout F ",
    b"May 01 10:00:00 node kubelet[812]: ",
    b"postgres://u:",
    b"@host:5432/db",
    b"redis://",
    b"10.1.2.3",
    b"db.corp.example.com",
    b"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
];

/// What nobody should find in a file, not even in a test.
const TOKENS: &[&str] = &[
    KNOWN,
    concat!("mongodb://user:", "pass@db:27017/x"),
    concat!("https://u:", "p@h/"),
    concat!("bob", "@example.com"),
    concat!("eyJhbGci", "OiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcDEF123_-"),
    concat!("AKIA", "IOSFODNN7EXAMPLE"),
    concat!("ghp_", "0123456789abcdefABCDEF0123456789abcd"),
    concat!("-----BEGIN RSA ", "PRIVATE KEY-----"),
    concat!("-----END RSA ", "PRIVATE KEY-----"),
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    concat!("MIIEowIBAAKC", "AQEAwJ8sKx93hVq7TmW2"),
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let sign = proptest::sample::select(SIGNS).prop_map(<[u8]>::to_vec);
    let word = proptest::sample::select(WORDS).prop_map(<[u8]>::to_vec);
    let token = proptest::sample::select(TOKENS).prop_map(|token| token.as_bytes().to_vec());
    proptest::collection::vec(prop_oneof![5 => sign, 4 => word, 1 => token], 2..30).prop_map(|words| words.concat())
}

/// The same texts each time, unless asked for others: what one of a hundred thousand shows is worth a look, not a build that fails.
fn config() -> ProptestConfig {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let cases = number("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(4_000);
    let seed: u64 = number("PROPTEST_RNG_SEED").unwrap_or(1);
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn twice_is_once_however_it_was_cut(text in text(), strict in any::<bool>(), kind in 0..3_usize, size in 1..40_usize) {
        thread_local! {
            static REDACTORS: [Redactor; 2] = [Level::Default, Level::Strict].map(|level| {
                let redactor = Redactor::new([7; 32], level);
                redactor.learn(KNOWN);
                redactor
            });
        }
        let kind = [TextKind::Log, TextKind::Config, TextKind::Message][kind];
        REDACTORS.with(|redactors| {
            let redactor = &redactors[usize::from(strict)];
            let (once, _) = redactor.redact_text(&text, kind);
            let (twice, _) = redactor.redact_text(&once, kind);
            prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
            let mut stream = redactor.text_stream(kind);
            let mut pieces = Vec::new();
            text.chunks(size).for_each(|piece| stream.push(piece, &mut pieces));
            stream.finish(&mut pieces);
            prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&pieces));
            Ok(())
        })?;
    }
}
