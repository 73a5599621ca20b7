//! ingress-nginx: what its controller and nginx itself say of backends, classes and certificates.

use tarbox_model::log::{Family, Signature};

/// Lines of the controller, of nginx's error log and of its access log.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "ingress-service-unknown",
        family: Family::Connection,
        literals: &["obtaining Endpoints for Service", "Error getting Service", "error getting service", "Error obtaining Service"],
        pattern: r#"(?i:error (?:obtaining endpoints for|getting|obtaining) service) "?(?P<service>[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*)"?"#,
        unless: &[],
        examples: &[
            r#"W1124 03:55:48.532489       7 controller.go:1135] Error obtaining Endpoints for Service "shop/web": no object matching key "shop/web" in local store"#,
            r#"W1124 03:55:48.532489       7 controller.go:773] error obtaining service endpoints: error getting service shop/web from the cache: service shop/web was not found"#,
        ],
        counterexamples: &[r#"W1124 03:55:48.532489       7 controller.go:1163] Service "shop/web" does not have any active Endpoint."#],
    },
    Signature {
        id: "ingress-service-empty",
        family: Family::Connection,
        literals: &["does not have any active endpoint"],
        pattern: r#"[Ss]ervice "?(?P<service>[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*)"? does not have any active [Ee]ndpoint"#,
        unless: &[],
        examples: &[
            r#"W1124 03:55:48.532489       7 controller.go:1163] Service "shop/web" does not have any active Endpoint."#,
            "W0426 21:51:57.908771       9 controller.go:775] service shop/web does not have any active endpoints",
        ],
        counterexamples: &["the Service does not have any active Endpoint"],
    },
    Signature {
        id: "ingress-class-invalid",
        family: Family::Application,
        literals: &["error while validating ingress class"],
        pattern: r#"error while validating ingress class"? (?:ingress|s)="(?P<ingress>[^"]+)" error="(?P<why>(?:[^"\\]|\\.)*)"#,
        unless: &[],
        examples: &[
            r#"I1124 03:55:48.265134       7 store.go:429] "Ignoring ingress because of error while validating ingress class" ingress="shop/web" error="ingress does not contain a valid IngressClass""#,
            r#"I1124 03:55:48.112830       7 store.go:436] "Ignoring ingress because of error while validating ingress class" ingress="shop/web" error="no object matching key \"nginx-example\" in local store""#,
        ],
        counterexamples: &["validated ingress class nginx"],
    },
    Signature {
        id: "ingress-certificate-unusable",
        family: Family::Authentication,
        literals: &["Error getting SSL certificate"],
        pattern: r#"Error getting SSL certificate "(?P<secret>[^"]+)""#,
        unless: &[],
        examples: &[
            r#"W1124 03:55:48.056030       7 controller.go:1372] Error getting SSL certificate "shop/web-tls": local SSL certificate shop/web-tls was not found. Using default certificate"#,
        ],
        counterexamples: &["Adding Secret to the local store"],
    },
    Signature {
        id: "ingress-request-failed",
        family: Family::Connection,
        literals: &["\" 502 ", "\" 503 ", "\" 504 "],
        pattern: r#"" (?P<status>50[234]) \d+ "[^"]*" "[^"]*" \d+ [\d.]+ \[(?P<upstream>[^\]]*)\] \[[^\]]*\] "#,
        unless: &[],
        examples: &[
            r#"10.244.0.1 - - [25/Nov/2026:16:30:08 +0000] "GET /api HTTP/1.1" 502 157 "-" "curl/7.88.1" 109 0.001 [shop-web-http] [] 10.96.114.112:5000 0 0.000 502 a958dcdcfba9e38a7e5118505d09eb2b"#,
            r#"10.244.0.1 - - [25/Nov/2026:16:30:08 +0000] "GET / HTTP/1.1" 503 190 "-" "curl/7.88.1" 74 0.000 [shop-web-80] [] - - - - 58db21505346d20657c5063fdf24c44a"#,
        ],
        counterexamples: &[
            r#"10.244.0.1 - - [25/Nov/2026:16:29:36 +0000] "POST /api HTTP/1.1" 201 62 "-" "curl/7.88.1" 221 0.016 [shop-web-http] [] 10.96.192.87:5000 62 0.016 201 d6f825a69ce149ccee02016b09dbb490"#,
            r#"10.1.2.3 - - [25/Nov/2026:16:29:36 +0000] "GET /api HTTP/1.1" 502 157 "-" "curl/7.88.1""#,
        ],
    },
    Signature {
        id: "nginx-upstream-failed",
        family: Family::Connection,
        literals: &["upstream"],
        pattern: r#"\[(?:error|crit|warn)\] .*?(?P<why>connect\(\) failed \(\d+: [^)]+\)|upstream timed out \(\d+: [^)]+\)|no live upstreams|upstream prematurely closed connection|upstream sent too big header|upstream sent invalid header|recv\(\) failed \(\d+: [^)]+\)|SSL_do_handshake\(\) failed|peer closed connection in SSL handshake)[^,]*, client: [^,]*, server: (?P<server>[^,]*), request: .*?upstream: "(?P<upstream>[a-z]+://[^/"]+)"#,
        unless: &[],
        examples: &[
            r#"2026/11/25 16:30:08 [error] 7#7: *5 connect() failed (111: Connection refused) while connecting to upstream, client: 10.244.0.1, server: , request: "GET /api?page=1 HTTP/1.1", upstream: "http://10.96.114.112:5000/api?page=1", host: "shop.example.com""#,
            r#"2026/11/25 16:30:08 [error] 7#7: *5 upstream timed out (110: Operation timed out) while reading response header from upstream, client: 10.244.0.1, server: shop.example.com, request: "GET /report HTTP/1.1", upstream: "http://10.244.0.9:5000/report", host: "shop.example.com""#,
        ],
        counterexamples: &[r#"2026/11/25 16:30:08 [notice] 7#7: using upstream module"#],
    },
];
