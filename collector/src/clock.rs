//! The machine's clock, asked in one place. Everything else gets its times from here or from the API server.
use jiff::Timestamp;

/// The machine's time now.
#[expect(clippy::disallowed_methods, reason = "the collector is the edge at which the machine's clock becomes the bundle's clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// An HTTP `Date` header as a time.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_the_date_an_api_server_sends() {
        let time = super::http_date("Tue, 24 Nov 2026 07:54:19 GMT").map(|time| time.to_string());
        assert_eq!(time.as_deref(), Some("2026-11-24T07:54:19Z"));
    }
}
