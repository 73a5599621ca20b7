//! Keys that no name announces and no prefix marks: long runs of digits of all kinds in no order. Names, paths, digests, UUIDs and certificates are not such.

use crate::{keys, values};

/// Fewer digits are names, ids, hashes of names.
const MIN: usize = 32;
/// More are documents, pictures, certificates.
const MAX: usize = 512;
/// Beginnings of public things: certificates and public keys in DER, SSH public keys, pictures, fonts, serialised objects.
const PUBLIC: &[&[u8]] = &[
    b"MII",
    b"AAAAB3NzaC1",
    b"AAAAC3NzaC1",
    b"AAAAE2Vj",
    b"iVBORw0",
    b"R0lGOD",
    b"/9j/",
    b"PHN2Zy",
    b"d09GM",
    b"LS0tLS1CRUdJTi",
    b"rO0AB",
];
/// The part of the run of base64 digits at `start..end` that looks like a generated key: the whole, or one piece of a path.
pub(crate) fn key(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    if end - start < MIN {
        return None;
    }
    if is_key(text, start, end) {
        return Some((start, end));
    }
    let mut at = start;
    text.get(start..end)?.split(|byte| *byte == b'/').find_map(|piece| {
        let from = at;
        at += piece.len() + 1;
        (piece.len() >= MIN && piece.len() < end - start && is_key(text, from, from + piece.len())).then_some((from, from + piece.len()))
    })
}

fn is_key(text: &[u8], start: usize, end: usize) -> bool {
    if end - start > MAX {
        return false;
    }
    let Some(run) = text.get(start..end) else { return false };
    // Beside an escape the digits of the escape would be taken for digits of the run: the text without escapes is read as well.
    let escaped = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|byte| matches!(byte, b'%' | b'\\'));
    if escaped(start.checked_sub(1)) || escaped(Some(end)) {
        return false;
    }
    is_mixed(run) && !is_words(run) && !PUBLIC.iter().any(|public| run.starts_with(public)) && !is_named_public(text, start)
}

/// Whether the run could belong to a secret without a prefix of its own, which has a detector: a bootstrap token, a card's number.
pub(crate) fn is_candidate(text: &[u8], start: usize, end: usize) -> bool {
    let run = text.get(start..end).unwrap_or_default();
    let bootstrap = run.len() == 16 && start >= 7 && text.get(start - 1) == Some(&b'.') && run.iter().any(u8::is_ascii_digit);
    bootstrap || is_card(run)
}

fn is_card(run: &[u8]) -> bool {
    run.len() <= 23
        && matches!(run.first(), Some(b'2'..=b'6'))
        && run.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
        && (13..=19).contains(&run.iter().filter(|byte| byte.is_ascii_digit()).count())
}

/// Whether lower-case letters, upper-case letters and numerals take turns as only chance makes them.
fn is_mixed(run: &[u8]) -> bool {
    let (mut counts, mut turns, mut last, mut other, mut hex) = ([0_usize; 3], 0_usize, 3, 0_usize, true);
    let (mut longest, mut stretch, mut stretch_is_hex, mut longest_is_hex) = (0_usize, 0_usize, true, true);
    for byte in run {
        hex &= byte.is_ascii_hexdigit() || *byte == b'-';
        let class = match byte {
            b'a'..=b'z' => 0,
            b'A'..=b'Z' => 1,
            b'0'..=b'9' => 2,
            _ => {
                other += 1;
                last = 3;
                (stretch, stretch_is_hex) = (0, true);
                continue;
            }
        };
        stretch += 1;
        stretch_is_hex &= byte.is_ascii_hexdigit();
        if stretch >= longest {
            (longest, longest_is_hex) = (stretch, stretch_is_hex);
        }
        turns += usize::from(class != last && last != 3);
        last = class;
        if let Some(count) = counts.get_mut(class) {
            *count += 1;
        }
    }
    let [lower, upper, digits] = counts;
    if hex {
        return false;
    }
    let letters = run.len() - other;
    // Three classes: base64 and base62. A random text changes class at three places in five, the names of a program at one in four.
    if lower >= 3 && upper >= 3 && digits >= 2 && turns * 100 >= letters * 36 && other * 5 <= run.len() && longest >= 8 {
        return true;
    }
    // Two classes: base32 and base36, without a break. Half of what chance would give.
    let two = (lower == 0 && upper > 0) || (upper == 0 && lower > 0);
    two && longest >= MIN && !longest_is_hex && digits * 10 >= letters && turns * 100 >= letters * 20
}

/// Whether the letters read like words: half of all pairs of letters are frequent ones, of those in words nearly all.
fn is_words(run: &[u8]) -> bool {
    let (frequent, all) = values::frequent_pairs(run);
    frequent * 4 > all * 3
}

/// `publicKey: `, `SHA256:`, `sha512-`: what stands before the run, or begins it, says that it is for everybody.
fn is_named_public(text: &[u8], start: usize) -> bool {
    let from = start.saturating_sub(48);
    let before = text.get(from..start).unwrap_or_default();
    let before = before.get(memchr::memrchr2(b'\n', b',', before).map_or(0, |at| at + 1)..).unwrap_or_default();
    let quotes = |text: &[u8]| text.iter().rev().take_while(|byte| b"\"'\\ \t".contains(byte)).count();
    let name = before.get(..before.len() - quotes(before)).unwrap_or_default();
    let Some(name) = name.strip_suffix(b":").or_else(|| name.strip_suffix(b"=")) else {
        return starts_with_digest_name(text.get(start..).unwrap_or_default());
    };
    let name = name.trim_ascii_end();
    // Of a database's documents: mostly digests and ids.
    let bare: Vec<u8> = name.iter().copied().filter(|byte| !b"\\\"' ".contains(byte)).collect();
    if bare.ends_with(b"$binary:{base64") {
        return true;
    }
    let length = name.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.\"'\\".contains(byte)).count();
    let name = String::from_utf8_lossy(name.get(name.len() - length..).unwrap_or_default()).into_owned();
    keys::is_public(&name) || starts_with_digest_name(text.get(start..).unwrap_or_default())
}

fn starts_with_digest_name(run: &[u8]) -> bool {
    [&b"sha1-"[..], b"sha256-", b"sha384-", b"sha512-", b"SHA256-", b"md5-"].iter().any(|name| run.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_random(text: &str) -> bool {
        crate::encoded::runs(text.as_bytes()).any(|run| key(text.as_bytes(), run.start, run.end).is_some())
    }

    #[test]
    fn keys_are_random() {
        for text in [
            concat!("key wJalrXUtnFEMI/K7", "MDENG+bPxRfiCYzK3mPqLs7d used"),
            concat!("wqRdXG+51gvgE8RBBKzliSI1C", "/yqRTJrxOTg75ZfeoO="),
            concat!("x-token: DNxril3RavGD5MfvJ7", "NScUykT8C8UBkk"),
            concat!("blob_base64: DNxril3RavGD5MfvJ7", "NScUykT8C8UBkk"),
            concat!("ENLFHF3YOSERRHCDJ7T5", "PCQTERZ7Q3ZV2KQ4"),
            concat!("pdhi6eygsno0frnzrvcma0", "dy5iq81kz2m4"),
        ] {
            assert!(is_random(text), "{text}");
        }
    }

    #[test]
    fn names_digests_and_public_keys_are_not() {
        for text in [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers",
            "com/fasterxml/jackson/databind/deser/BeanDeserializerFactory",
            "HorizontalPodAutoscalerV2Beta2ScaleTargetRefNotFoundException",
            "shepherd-production-mongodb-headless-6d8f9c7b5d-x7k2p",
            "publicKey: wqRdXG+51gvgE8RBBKzliSI1C/yqRTJrxOTg75ZfeoO=",
            r#"{\"uid\": {\"$binary\": {\"base64\": \"wqRdXG+51gvgE8RBBKzliSI1C/yqRTJrxOTg75ZfeoO=\"#,
            "SHA256:wqRdXG+51gvgE8RBBKzliSI1C/yqRTJrxOTg75ZfeoO",
            "integrity=\"sha256-wqRdXG+51gvgE8RBBKzliSI1C/yqRTJrxOTg75ZfeoO=\"",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5Tc7vkqGc8H9mX3b2Vn1QwErTyUiOpAsDf bob",
            "subscriptions/3f2504e0-4f89-11d3-9a0c-0305e82c3301/resourceGroups/MC_prod_westeurope/providers/Microsoft.Compute",
            "MIIBszCCAVmgAwIBAgIQe8qLxvTwq9k3Jd5Lk3QJ7DAKBggqhkjOPQQDAjAVMRMwEQYDVQQKEwpzaGVwaGVyZA",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }
}
