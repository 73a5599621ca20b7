//! An encrypted bundle opens with the key, as the age format says, and holds nothing readable without.
use crate::support::{bundle::Bundle, cluster::Cluster, collect, server::Server, start};
use base64ct::{Base64Unpadded, Encoding};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac,
};
use x25519_dalek::{PublicKey, StaticSecret};

// A key for this test, and its recipient as people write it.
const RECIPIENT: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const IDENTITY: [u8; 32] = [0x42; 32];

fn derive(salt: &[u8], secret: &[u8], purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret).expand(&[purpose], hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();
    key
}

fn open(key: &[u8], nonce: [u8; 12], sealed: &[u8]) -> Vec<u8> {
    let mut buffer = sealed.to_vec();
    let key = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).unwrap());
    key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut buffer).unwrap().to_vec()
}

/// What `age -d` does.
fn decrypt(file: &[u8]) -> Vec<u8> {
    let identity = StaticSecret::from(IDENTITY);
    let end = memchr::memmem::find(file, b"\n---").unwrap() + 4;
    let line_end = end + memchr::memchr(b'\n', &file[end..]).unwrap();
    let text = std::str::from_utf8(&file[..end]).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "age-encryption.org/v1");
    let share: [u8; 32] = Base64Unpadded::decode_vec(lines[1].strip_prefix("-> X25519 ").unwrap()).unwrap().try_into().unwrap();
    let shared = identity.diffie_hellman(&PublicKey::from(share));
    let salt = [share, PublicKey::from(&identity).to_bytes()].concat();
    let wrap = derive(&salt, shared.as_bytes(), b"age-encryption.org/v1/X25519");
    let file_key = open(&wrap, [0; 12], &Base64Unpadded::decode_vec(lines[2]).unwrap());
    let mac = Base64Unpadded::decode_vec(std::str::from_utf8(&file[end + 1..line_end]).unwrap()).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &derive(&[], &file_key, b"header")), &file[..end], &mac).unwrap();
    let (nonce, chunks) = file[line_end + 1..].split_at(16);
    let key = derive(nonce, &file_key, b"payload");
    let chunks: Vec<&[u8]> = chunks.chunks((64 << 10) + 16).collect();
    let opened = chunks.iter().enumerate().map(|(number, chunk)| {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
        nonce[11] = u8::from(number + 1 == chunks.len());
        open(&key, nonce, chunk)
    });
    opened.flatten().collect()
}

#[test]
fn an_encrypted_bundle_is_a_bundle_inside() {
    let server = Server::start(Cluster { pods: 300, page: 100, weight: 2_000, ..Cluster::default() }, Vec::new());
    let ran = collect(&server, &["--encrypt-to", RECIPIENT]);
    let sealed = std::fs::read(ran.ended(0).path("out.tar.zst")).unwrap();
    assert!(!sealed.windows(4).any(|window| window == [0x28, 0xb5, 0x2f, 0xfd]), "no zstd frame is to be seen");
    let plain = ran.path("plain.tar.zst");
    std::fs::write(&plain, decrypt(&sealed)).unwrap();
    assert_eq!(Bundle::open(&plain).lines("objects/core/v1/pods").len(), 300);
}

#[test]
fn a_wrong_recipient_is_a_usage_error_and_an_interrupted_run_is_sealed_too() {
    let server = Server::start(Cluster::default(), Vec::new());
    let ran = collect(&server, &["--encrypt-to", "age1nonsense"]);
    assert!(ran.ended(2).stderr.contains("age recipient"), "{}", ran.stderr);
    let running = start(&server, &["--encrypt-to", RECIPIENT, "--observe", "5m"]);
    server.wait_for("/metrics/cadvisor");
    running.signal("INT");
    let ran = running.wait();
    let plain = ran.path("plain.tar.zst");
    std::fs::write(&plain, decrypt(&std::fs::read(ran.ended(130).path("out.tar.zst")).unwrap())).unwrap();
    assert!(Bundle::open(&plain).paths().contains(&"bundle.json"));
}
