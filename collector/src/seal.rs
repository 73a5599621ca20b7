//! Encryption of the whole bundle for people with an age key (`--encrypt-to age1…`), on the way to the disk: only ciphertext is ever in the file.
//!
//! The format is age v1 with X25519 recipients, so that `age -d -i key.txt bundle.tar.zst.age` opens it. It is a page of code over ring, which we have
//! for TLS anyway, where the age crate would bring a hundred crates (translations, post-quantum keys, passphrases) into a program whose users read its dependencies.
use crate::{exit::Exit, trouble::Trouble};
use base64ct::{Base64Unpadded, Encoding};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    agreement::{EphemeralPrivateKey, UnparsedPublicKey, X25519, agree_ephemeral},
    error::Unspecified,
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};
use std::{fmt, str::FromStr};
use tarbox_bundle::Seal;

/// Plain bytes of one sealed chunk.
const CHUNK: usize = 64 << 10;

/// Somebody's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient([u8; 32]);

impl FromStr for Recipient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("an age recipient such as age1… is needed ({why})");
        let bytes = bech32(text.trim(), "age").ok_or_else(|| wrong("a digit is wrong or missing"))?;
        bytes.try_into().map(Self).map_err(|_| wrong("it has the wrong length"))
    }
}

/// Seals for these people.
///
/// # Errors
/// When this machine has no random numbers, or a key is none.
pub(crate) fn seal(recipients: &[Recipient]) -> Result<Option<Box<dyn Seal>>, Trouble> {
    if recipients.is_empty() {
        return Ok(None);
    }
    let age = Age::new(recipients).map_err(|_| {
        let todo = "check the recipients of --encrypt-to";
        Trouble::new(Exit::Usage, "cannot encrypt", "a recipient is no usable X25519 key, or this machine has no random numbers", todo)
    })?;
    Ok(Some(Box::new(age)))
}

/// One file being sealed.
struct Age {
    head: Vec<u8>,
    key: LessSafeKey,
    number: u64,
    pending: Vec<u8>,
}

impl fmt::Debug for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key, never the text.
        f.debug_struct("Age").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Age {
    fn new(recipients: &[Recipient]) -> Result<Self, Unspecified> {
        let random = SystemRandom::new();
        let (mut file_key, mut nonce) = ([0; 16], [0; 16]);
        random.fill(&mut file_key)?;
        random.fill(&mut nonce)?;
        let mut head = b"age-encryption.org/v1\n".to_vec();
        for recipient in recipients {
            head.extend_from_slice(stanza(recipient, &file_key, &random)?.as_bytes());
        }
        head.extend_from_slice(b"---");
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &derive(&[], &file_key, b"header")?), &head);
        head.extend_from_slice(format!(" {}\n", Base64Unpadded::encode_string(mac.as_ref())).as_bytes());
        head.extend_from_slice(&nonce);
        let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &derive(&nonce, &file_key, b"payload")?)?);
        Ok(Self { head, key, number: 0, pending: Vec::with_capacity(2 * CHUNK) })
    }

    fn chunk(&mut self, size: usize, last: bool, out: &mut Vec<u8>) {
        // Eleven bytes of number, and whether it is the last.
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        self.number += 1;
        let start = out.len();
        out.extend(self.pending.drain(..size));
        // Fails only for texts of 256 GiB; a chunk has 64 KiB.
        if let Ok(tag) = self.key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut out[start..]) {
            out.extend_from_slice(tag.as_ref());
        } else {
            out.truncate(start);
        }
    }
}

impl Seal for Age {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.head);
    }

    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        for piece in plain.chunks(CHUNK) {
            self.pending.extend_from_slice(piece);
            // A full chunk may be the last, and the last one is marked: it waits until something follows.
            while self.pending.len() > CHUNK {
                self.chunk(CHUNK, false, out);
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.chunk(self.pending.len(), true, out);
    }
}

/// The file's key, wrapped for one recipient.
fn stanza(recipient: &Recipient, file_key: &[u8; 16], random: &SystemRandom) -> Result<String, Unspecified> {
    let ours = EphemeralPrivateKey::generate(&X25519, random)?;
    let share = ours.compute_public_key()?;
    let salt = [share.as_ref(), &recipient.0].concat();
    let theirs = UnparsedPublicKey::new(&X25519, recipient.0);
    let wrap = agree_ephemeral(ours, &theirs, |shared| derive(&salt, shared, b"age-encryption.org/v1/X25519"))??;
    let wrap = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &wrap)?);
    let mut body = file_key.to_vec();
    wrap.seal_in_place_append_tag(Nonce::assume_unique_for_key([0; 12]), Aad::empty(), &mut body)?;
    Ok(format!("-> X25519 {}\n{}\n", Base64Unpadded::encode_string(share.as_ref()), Base64Unpadded::encode_string(&body)))
}

fn derive(salt: &[u8], secret: &[u8], purpose: &[u8]) -> Result<[u8; 32], Unspecified> {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret).expand(&[purpose], hkdf::HKDF_SHA256)?.fill(&mut key)?;
    Ok(key)
}

/// The bytes of a bech32 text with this prefix, if its checksum is right.
fn bech32(text: &str, prefix: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let digits = text.strip_prefix(prefix)?.strip_prefix('1')?;
    let values: Vec<u8> = digits
        .bytes()
        .map(|digit| DIGITS.iter().position(|known| *known == digit).and_then(|at| u8::try_from(at).ok()))
        .collect::<Option<_>>()?;
    let spread = prefix.bytes().map(|byte| byte >> 5).chain([0]).chain(prefix.bytes().map(|byte| byte & 31));
    let checksum = spread.chain(values.iter().copied()).fold(1u32, |sum, value| {
        let top = sum >> 25;
        let sum = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
            .iter()
            .enumerate()
            .fold(sum, |sum, (bit, factor)| if top >> bit & 1 == 1 { sum ^ factor } else { sum })
    });
    if checksum != 1 || values.len() < 6 {
        return None;
    }
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for value in &values[..values.len() - 6] {
        held = held << 5 | u32::from(*value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    (bits < 5 && held & ((1 << bits) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Key and recipient of the age format's own specification and test vectors.
    const RECIPIENT: &str = "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z";

    #[test]
    fn recipients_are_read_and_slips_are_seen() {
        assert!(RECIPIENT.parse::<Recipient>().is_ok());
        assert!(RECIPIENT.replace('y', "x").parse::<Recipient>().is_err());
        for bad in ["", "age1", "age1qqqqqqqq", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1QQ"] {
            assert!(bad.parse::<Recipient>().is_err(), "{bad}");
        }
    }

    /// Opens what was sealed, with the file's key: everything but the key agreement, which the integration test does with a key of its own.
    #[test]
    fn chunks_are_numbered_and_the_last_is_marked() {
        for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let mut age = Age::new(&[RECIPIENT.parse().unwrap()]).unwrap();
            let key = age.key.clone();
            let plain: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let (mut head, mut sealed) = (Vec::new(), Vec::new());
            age.begin(&mut head);
            assert!(head.starts_with(b"age-encryption.org/v1\n-> X25519 "));
            plain.chunks(1_000).for_each(|piece| age.seal(piece, &mut sealed));
            age.end(&mut sealed);
            let count = sealed.len().div_ceil(CHUNK + 16);
            let mut opened = Vec::new();
            for (number, chunk) in sealed.chunks(CHUNK + 16).enumerate() {
                let mut nonce = [0; 12];
                nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
                nonce[11] = u8::from(number + 1 == count);
                let mut chunk = chunk.to_vec();
                opened.extend_from_slice(key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut chunk).unwrap());
            }
            assert_eq!(opened, plain, "{size}");
        }
    }
}
