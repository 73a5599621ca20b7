//! Certificates: their public part in words, whether a private key belongs to them, and when the kubeconfig's own ends.
use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use kube::config::AuthInfo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};
use std::net::IpAddr;
use x509_cert::{
    Certificate,
    der::{Decode, Encode},
    ext::pkix::{BasicConstraints, SubjectAltName, name::GeneralName},
    time::Time,
};

/// The end of the client certificate's validity, if there is a certificate and it can be read: the API server only says "401" about an expired one.
pub(crate) fn client_certificate_end(login: &AuthInfo) -> Option<Timestamp> {
    let pem = match (&login.client_certificate_data, &login.client_certificate) {
        (Some(data), _) => base64(data)?,
        (None, Some(path)) => std::fs::read(path).ok()?,
        (None, None) => return None,
    };
    end_of(&pem)
}

/// The bytes behind base64 as files have it, white space allowed.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.split_whitespace().collect();
    Base64::decode_vec(&compact).ok()
}

fn end_of(pem: &[u8]) -> Option<Timestamp> {
    // A file may hold a chain, and text before it: the first certificate is the client's own.
    let first = all(pem).next()?.ok()?;
    moment(Certificate::from_der(&first).ok()?.tbs_certificate().validity().not_after)
}

/// Every certificate of a PEM text, as DER.
pub(crate) fn all(pem: &[u8]) -> impl Iterator<Item = Result<CertificateDer<'static>, rustls::pki_types::pem::Error>> {
    CertificateDer::pem_slice_iter(pem)
}

/// Whether a text holds certificates at all.
pub(crate) fn is_pem(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"-----BEGIN CERTIFICATE-----").is_some()
}

/// The public part: who, for which names, by whom, from when to when.
///
/// # Errors
/// Why it cannot be read, in words.
pub(crate) fn describe(der: &[u8]) -> Result<Value, String> {
    let certificate = Certificate::from_der(der).map_err(|error| error.to_string())?;
    let content = certificate.tbs_certificate();
    let names = content.get_extension::<SubjectAltName>().ok().flatten();
    let names: Vec<String> = names.iter().flat_map(|(_, names)| &names.0).filter_map(name).take(200).collect();
    let authority = content.get_extension::<BasicConstraints>().ok().flatten().is_some_and(|(_, constraints)| constraints.ca);
    let validity = content.validity();
    let fingerprint = ring::digest::digest(&ring::digest::SHA256, der);
    Ok(json!({
        "subject": content.subject().to_string(),
        "issuer": content.issuer().to_string(),
        "self_issued": content.subject() == content.issuer(),
        "sans": names,
        "not_before": moment(validity.not_before).map(|time| time.to_string()),
        "not_after": moment(validity.not_after).map(|time| time.to_string()),
        "ca": authority,
        "algorithm": algorithm(&certificate),
        "serial": hex(content.serial_number().as_bytes()),
        "sha256": hex(fingerprint.as_ref()),
    }))
}

/// Whether the private key of a PEM text is the certificate's; `None` when the key cannot be read or is of a kind that cannot be judged.
pub(crate) fn key_matches(key: &[u8], certificate: &[u8]) -> Option<bool> {
    let key = PrivateKeyDer::from_pem_slice(key).ok()?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key).ok()?;
    let mine = key.public_key()?;
    let certificate = Certificate::from_der(certificate).ok()?;
    let theirs = certificate.tbs_certificate().subject_public_key_info().to_der().ok()?;
    Some(mine.as_ref() == theirs)
}

fn name(name: &GeneralName) -> Option<String> {
    Some(match name {
        GeneralName::DnsName(name) => format!("DNS:{name}"),
        GeneralName::Rfc822Name(name) => format!("email:{name}"),
        GeneralName::UniformResourceIdentifier(name) => format!("URI:{name}"),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let address = <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()?;
            format!("IP:{address}")
        }
        _ => return None,
    })
}

/// The key's kind and size, as far as it matters to a reader.
fn algorithm(certificate: &Certificate) -> String {
    let key = certificate.tbs_certificate().subject_public_key_info();
    let bits = key.subject_public_key.bit_len();
    match key.algorithm.oid.to_string().as_str() {
        // An RSA key's bits are its modulus, its exponent and some bytes around them.
        "1.2.840.113549.1.1.1" => format!("RSA {}", bits.saturating_sub(112).div_ceil(256) * 256),
        "1.2.840.10045.2.1" => format!("EC {}", bits.saturating_sub(8) / 2),
        "1.3.101.112" => "Ed25519".to_owned(),
        other => other.to_owned(),
    }
}

fn moment(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, SanType, date_time_ymd};

    // Made for this test with `openssl req -x509 -newkey ed25519 -days 1`; its key was thrown away.
    const PEM: &str = include_str!("../tests/data/expired.pem");

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let text = format!("some words before\n{PEM}");
        assert_eq!(super::end_of(text.as_bytes()).map(|end| end.to_string()).as_deref(), Some("2020-01-02T00:00:00Z"));
        assert_eq!(super::end_of(b"nothing"), None);
    }

    #[test]
    fn the_public_part_and_whose_key_it_is() {
        let mut params = CertificateParams::new(["shop.example".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::IpAddress("10.0.0.1".parse().unwrap()));
        params.not_after = date_time_ymd(2027, 2, 3);
        params.distinguished_name.push(rcgen::DnType::CommonName, "shop");
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        let told = describe(certificate.der()).unwrap();
        assert_eq!(told["sans"], json!(["DNS:shop.example", "IP:10.0.0.1"]));
        assert_eq!((told["not_after"].as_str(), told["algorithm"].as_str()), (Some("2027-02-03T00:00:00Z"), Some("EC 256")));
        assert!(told["subject"].as_str().unwrap().contains("CN=shop") && told["ca"] == false && told["self_issued"] == true);
        assert_eq!(key_matches(key.serialize_pem().as_bytes(), certificate.der()), Some(true));
        assert_eq!(key_matches(other.serialize_pem().as_bytes(), certificate.der()), Some(false));
        assert_eq!(key_matches(b"no key", certificate.der()), None);
        assert!(describe(b"no certificate").is_err());
    }
}
