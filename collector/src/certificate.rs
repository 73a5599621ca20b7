//! When the kubeconfig's client certificate ends: the API server only says "401" about an expired one.
use base64ct::{Base64, Encoding};
use jiff::Timestamp;
use kube::config::AuthInfo;
use x509_cert::{Certificate, der::DecodePem};

/// The end of the client certificate's validity, if there is a certificate and it can be read.
pub(crate) fn client_certificate_end(login: &AuthInfo) -> Option<Timestamp> {
    let pem = match (&login.client_certificate_data, &login.client_certificate) {
        (Some(data), _) => {
            let compact: String = data.split_whitespace().collect();
            Base64::decode_vec(&compact).ok()?
        }
        (None, Some(path)) => std::fs::read(path).ok()?,
        (None, None) => return None,
    };
    end_of(&pem)
}

fn end_of(pem: &[u8]) -> Option<Timestamp> {
    // A file may hold a chain, and text before it: the first certificate is the client's own.
    let start = memchr::memmem::find(pem, b"-----BEGIN CERTIFICATE-----")?;
    let marker = b"-----END CERTIFICATE-----";
    let end = memchr::memmem::find(&pem[start..], marker)? + start + marker.len();
    let certificate = Certificate::from_pem(&pem[start..end]).ok()?;
    let seconds = certificate.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

#[cfg(test)]
mod tests {
    // Made for this test with `openssl req -x509 -newkey ed25519 -days 1`; its key was thrown away.
    const PEM: &str = include_str!("../tests/data/expired.pem");

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let text = format!("some words before\n{PEM}");
        assert_eq!(super::end_of(text.as_bytes()).map(|end| end.to_string()).as_deref(), Some("2020-01-02T00:00:00Z"));
        assert_eq!(super::end_of(b"nothing"), None);
    }
}
