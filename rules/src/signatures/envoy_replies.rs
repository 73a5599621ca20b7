//! What Envoy answers in the place of a server that it does not reach, as clients write it into their logs. The names begin as
//! those of `connection` do, with what the failure means to the client; an address is that of a URL before the answer.

use tarbox_model::log::{Family, Signature};

/// An answer, by the reason that it ends with.
macro_rules! reply {
    ($id:literal, $reason:literal, [$($example:literal),* $(,)?], [$($near:literal),* $(,)?]) => {
        Signature {
            id: $id,
            family: Family::Connection,
            literals: &["upstream connect error or disconnect/reset before headers"],
            pattern: concat!(
                r"(?:https?://(?P<address>[A-Za-z0-9][\w.-]*(?::\d+)?)[^\n]{0,300}?)?upstream connect error or disconnect/reset before headers\.(?: retried and the latest)? reset reason: ",
                $reason
            ),
            // Proxies themselves, of their control plane.
            unless: &["gRPC config stream", "xds-grpc"],
            examples: &[$($example),*],
            counterexamples: &[$($near),*],
        }
    };
}

/// Answers of Envoy in logs of its clients.
pub(super) static SIGNATURES: &[Signature] = &[
    reply!(
        "refused-envoy",
        r"(?:(?:remote |local )?connection failure(?:, transport failure reason: (?:immediate|delayed) connect error: 111|$|[^,\w])|connect error)",
        [
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
            "503 from http://catalog:8080/items: upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: 111",
            "status: Unavailable, message: \"upstream connect error or disconnect/reset before headers. reset reason: connection failure\", details: []",
        ],
        [
            "upstream connect error or disconnect/reset before headers. reset reason: overflow",
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: delayed connect error: 113",
            "StreamAggregatedResources gRPC config stream to xds-grpc closed: 14, upstream connect error or disconnect/reset before headers. reset reason: connection failure",
        ]
    ),
    reply!(
        "timeout-envoy",
        r"(?:connection timeout|(?:remote |local )?connection failure, transport failure reason: (?:immediate|delayed) connect error: 110)",
        ["upstream connect error or disconnect/reset before headers. reset reason: connection timeout"],
        ["upstream connect error or disconnect/reset before headers. reset reason: connection termination"]
    ),
    reply!(
        "route-envoy",
        r"(?:remote |local )?connection failure, transport failure reason: (?:immediate|delayed) connect error: (?:101|113)",
        [
            "Unexpected response: upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: delayed connect error: 113"
        ],
        [
            "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: 111"
        ]
    ),
    reply!(
        "reset-envoy",
        r"(?:connection termination|remote reset|remote refused stream reset|protocol error|(?:remote |local )?connection failure, transport failure reason: TLS[_ ]error)",
        [
            "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
            "Error: 502 http://chunked:8080/wrong upstream connect error or disconnect/reset before headers. reset reason: protocol error",
            "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end",
        ],
        ["upstream connect error or disconnect/reset before headers. reset reason: connection timeout"]
    ),
    Signature {
        id: "unserved-envoy",
        family: Family::Connection,
        literals: &["no healthy upstream"],
        pattern: r"(?:https?://(?P<address>[A-Za-z0-9][\w.-]*(?::\d+)?)[^\n]{0,300}?)?\bno healthy upstream\b(?:[^\n]{0,200}?https?://(?P<address_after>[A-Za-z0-9][\w.-]*(?::\d+)?))?",
        unless: &["gRPC config stream", "xds-grpc", "failed to warm"],
        examples: &[
            "no healthy upstream",
            "requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: http://catalog:8080/items: no healthy upstream",
            "catalog answered 503 'no healthy upstream' (GET http://catalog.shop:8080/items)",
            "rpc error: code = Unavailable desc = no healthy upstream",
        ],
        counterexamples: &[
            "2026-11-24T03:09:12.082901Z\twarning\tenvoy config\tgRPC config stream closed: 14, no healthy upstream",
            "no healthy upstreams configured yet",
        ],
    },
];
