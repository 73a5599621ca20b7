//! Proxies of a service mesh: requests that they answer themselves, and what keeps them from working.

use tarbox_model::log::{Family, Signature};

/// Lines of Envoy, of Istio's agent and control plane, and of Linkerd's proxy.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "envoy-request-failed",
        family: Family::Connection,
        literals: &[
            "\" 503 U",
            "\" 503 NC",
            "\" 503 NR",
            "\" 404 NR",
            "\" 504 U",
            "\" 502 U",
            "\" 503 LR",
            "\" 0 NR",
            "\" 0 UF",
            "\" 0 UH",
        ],
        pattern: r#""[^"]*" \d{1,3} (?P<flag>(?:UH|UF|UC|UO|UT|URX|UR|UPE|LR|NR|NC)(?:,[A-Z]+)*) (?:.*?(?P<tls>WRONG_VERSION_NUMBER|CERTIFICATE_VERIFY_FAILED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|TLSV1_ALERT[A-Z_]*))?.*?(?:"(?P<authority>[^"]*)" "[^"]*" (?P<cluster>(?:out|in)bound\|[^\s]+|-|[A-Z][A-Za-z]*Cluster)(?: |$)|$)"#,
        unless: &[],
        examples: &[
            r#"[2026-11-24T03:09:01.123Z] "GET /reviews/0 HTTP/1.1" 503 UF,URX upstream_reset_before_response_started{remote_connection_failure,TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end} - "TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end" 0 91 12 - "-" "curl/8.5" "0a1b" "reviews:9080" "10.1.0.9:9080" outbound|9080||reviews.shop.svc.cluster.local - 10.96.0.9:9080 10.1.0.4:41234 - default"#,
            r#"[2026-11-24T03:09:01.123Z] "GET / HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "curl/8.5" "0a1b" "reviews:9080" "-" outbound|9080|v2|reviews.shop.svc.cluster.local - 10.96.0.9:9080 10.1.0.4:41234 - -"#,
            r#"[2026-11-24T03:09:01.123Z] "GET / HTTP/1.1" 503 URX via_upstream - "-" 0 91 12 - "-" "curl/8.5" "0a1b" "reviews:9080" "10.1.0.9:9080" outbound|9080||reviews.shop.svc.cluster.local - 10.96.0.9:9080 10.1.0.4:41234 - default"#,
            r#"[2026-11-24T03:09:01.123Z] "GET / HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "10.0.0.1" "curl/8.5" "0a1b" "shop.example.com" "-" - - 10.1.0.7:8080 10.0.0.1:5123 - -"#,
        ],
        counterexamples: &[
            r#"[2026-11-24T03:09:01.123Z] "GET / HTTP/1.1" 503 - via_upstream - "-" 0 19 3 2 "-" "curl/8.5" "0a1b" "reviews:9080" "10.1.0.9:9080" outbound|9080||reviews.shop.svc.cluster.local - - - - default"#,
        ],
    },
    Signature {
        id: "envoy-request-failed-json",
        family: Family::Connection,
        literals: &["\"response_flags\":\""],
        pattern: r#""authority":(?:"(?P<authority>[^"]*)"|null).*"response_flags":"(?P<flag>(?:UH|UF|UC|UO|UT|URX|UR|UPE|LR|NR|NC)(?:,[A-Z]+)*)".*"upstream_cluster":(?:"(?P<cluster>[^"]*)"|null)(?:.*?(?P<tls>WRONG_VERSION_NUMBER|CERTIFICATE_VERIFY_FAILED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|TLSV1_ALERT[A-Z_]*))?"#,
        unless: &[],
        examples: &[
            r#"{"authority":"reviews:9080","bytes_sent":91,"response_code":503,"response_flags":"UF,URX","upstream_cluster":"outbound|9080||reviews.shop.svc.cluster.local","upstream_transport_failure_reason":"TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"}"#,
        ],
        counterexamples: &[
            r#"{"authority":"reviews:9080","response_code":200,"response_flags":"-","upstream_cluster":"outbound|9080||reviews.shop.svc.cluster.local"}"#,
        ],
    },
    Signature {
        id: "mesh-proxy-not-ready",
        family: Family::Connection,
        literals: &["Envoy proxy is NOT ready", "proxy failed to become ready"],
        pattern: r"Envoy proxy is NOT ready: (?P<why>config not received|config received from (?:XDS|Pilot)[^:]*, but was rejected|failed to get [a-z ]+|[a-z ]{3,40})",
        unless: &["received signal: terminated"],
        examples: &[
            "2026-11-24T03:09:20.486246Z\twarn\tEnvoy proxy is NOT ready: config received from XDS server, but was rejected: cds updates: 1 successful, 0 rejected; lds updates: 0 successful, 1 rejected",
            "2026-11-24T03:09:20.486246Z\twarn\tEnvoy proxy is NOT ready: config not received from XDS server (is Istiod running?): cds updates: 0 successful, 0 rejected; lds updates: 0 successful, 0 rejected",
        ],
        counterexamples: &["2026-11-24T03:09:20.486246Z\tinfo\tEnvoy proxy is ready"],
    },
    Signature {
        id: "mesh-control-plane-unreachable",
        family: Family::Connection,
        literals: &["failed to warm certificate", "xds-grpc closed", "gRPC config stream closed"],
        pattern: r#"(?:failed to warm certificate:.*?|(?:xds-grpc|gRPC config stream|gRPC config stream to xds-grpc) closed[^:]*: \d+, (?:(?:connection error|upstream connect error).*?)?)(?P<why>connection refused|i/o timeout|no such host|connection reset by peer|certificate has expired|certificate signed by unknown authority|no healthy upstream|context deadline exceeded|remote error: tls: [a-z ]+|read: connection refused)"#,
        unless: &[],
        examples: &[
            "2026-11-24T03:09:48.018794Z\twarn\tsds\tfailed to warm certificate: failed to generate workload certificate: create certificate: rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp 10.96.4.7:15012: connect: connection refused\"",
            "2026-11-24T03:09:12.082901Z\twarning\tenvoy config external/envoy/source/extensions/config_subscription/grpc/grpc_stream.h:190\tStreamAggregatedResources gRPC config stream to xds-grpc closed since 632s ago: 14, connection error: desc = \"transport: authentication handshake failed: read tcp 10.1.0.21:41302->10.96.4.7:15012: read: connection reset by peer\"\tthread=28",
            "2026-11-24T03:09:12.082901Z\twarning\tenvoy config\tgRPC config stream closed: 14, no healthy upstream",
        ],
        counterexamples: &[
            // An orderly end of a stream, every half hour.
            "2026-11-24T03:09:12.082901Z\twarning\tenvoy config\tStreamAggregatedResources gRPC config stream to xds-grpc closed: 0,",
        ],
    },
    Signature {
        id: "mesh-certificate-expired",
        family: Family::Authentication,
        literals: &[
            "certificate has expired",
            "certificate expired",
            "CERTIFICATE_EXPIRED",
            "cert is expired",
            "has expired at",
            "CertExpired",
        ],
        pattern: r"(?i)(?P<what>root|ca|issuer|trust anchor|workload|identity|intermediate)?\s?(?:certificate has expired|certificate(?: is)? expired|cert is expired|CERTIFICATE_EXPIRED|CertExpired)",
        unless: &["kubelet", "will expire"],
        examples: &[
            "2026-11-24T03:09:13.563882Z\terror\tca\tx509: certificate has expired or is not yet valid: current time 2026-11-24T03:09:13Z is after 2026-11-23T00:00:00Z",
            "WARN linkerd_tls: TLS handshake failed error=invalid peer certificate: CertExpired",
        ],
        counterexamples: &["the certificate will expire in 20 days"],
    },
];
