//! The control plane: etcd, the API server as its clients see it, and clocks that differ.

use tarbox_model::log::{Family, Signature};

/// Lines of the control plane and of its clients.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "etcd-out-of-space",
        family: Family::Resource,
        literals: &["database space exceeded", "alarm:NOSPACE"],
        pattern: r"database space exceeded|alarm:NOSPACE",
        unless: &[],
        examples: &[
            "rpc error: code = ResourceExhausted desc = etcdserver: mvcc: database space exceeded",
            r#"{"level":"warn","msg":"alarm raised","alarm":"alarm:NOSPACE"}"#,
        ],
        counterexamples: &["pod exceeded its disk space"],
    },
    Signature {
        id: "etcd-slow",
        family: Family::Resource,
        literals: &["apply request took too long", "slow fdatasync", "failed to send out heartbeat on time"],
        pattern: r"apply request took too long|slow fdatasync|failed to send out heartbeat on time",
        unless: &[],
        examples: &[
            r#"{"level":"warn","ts":"2026-11-24T03:11:02Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"1.2s","expected-duration":"100ms"}"#,
            r#"{"level":"warn","msg":"leader failed to send out heartbeat on time; took too long, leader is overloaded likely from slow disk"}"#,
            r#"{"level":"warn","msg":"slow fdatasync","took":"1.8s","expected-duration":"1s"}"#,
        ],
        counterexamples: &["the request took too long"],
    },
    Signature {
        id: "etcd-without-leader",
        family: Family::Connection,
        literals: &["etcdserver: no leader", "lost leader", "etcdserver: request timed out", "etcdserver: leader changed"],
        pattern: r"etcdserver: (?:no leader|request timed out|leader changed)|lost leader \w+ at term",
        unless: &[],
        examples: &[
            "Error from server: etcdserver: request timed out",
            "rpc error: code = Unavailable desc = etcdserver: no leader",
            r#"{"level":"info","msg":"raft.node: 8e9e05c52164694d lost leader 8e9e05c52164694d at term 7"}"#,
        ],
        counterexamples: &["the cart service lost leader election"],
    },
    Signature {
        id: "api-server-unreachable",
        family: Family::Connection,
        literals: &["connection refused", "i/o timeout", "TLS handshake timeout", "context deadline exceeded", "no route to host"],
        pattern: r#"https://(?:(?P<host>kubernetes\.default(?:\.svc)?(?:\.cluster\.local)?|\[?[0-9a-f:.]*(?:\.0)?\.1\]?)(?::443|:6443)?/(?:api|apis|version|healthz|readyz)\b|(?P<host_redacted>redacted\.ip\.[0-9a-f]{12})(?::443|:6443)?/(?:api/v1/|apis/[a-z0-9.]+/v\d)).*(?P<why>connection refused|i/o timeout|TLS handshake timeout|context deadline exceeded|no route to host)"#,
        unless: &[],
        examples: &[
            r#"E1124 03:11:02.100000 1 leaderelection.go:330] error retrieving resource lock kube-system/x: Get "https://10.96.0.1:443/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x": dial tcp 10.96.0.1:443: connect: connection refused"#,
            r#"Get "https://kubernetes.default.svc/api/v1/pods": net/http: TLS handshake timeout"#,
            r#"Get "https://redacted.ip.0d160541c954:443/api/v1/pods": dial tcp redacted.ip.0d160541c954:443: i/o timeout"#,
        ],
        counterexamples: &[
            r#"Get "https://redacted.ip.0d160541c954:443/api/orders": dial tcp redacted.ip.0d160541c954:443: i/o timeout"#,
            r#"Get "https://shop.example.com/api/orders": dial tcp 203.0.113.9:443: connect: connection refused"#,
        ],
    },
    Signature {
        id: "clock-behind",
        family: Family::Authentication,
        literals: &[
            "not yet valid",
            "used before issued",
            "RequestTimeTooSkewed",
            "high clock drift",
            "clock difference against peer",
            "clock skew",
        ],
        pattern: r"current time \S+ is before \S+|used before issued|(?i:token) (?:is )?not (?:yet valid|valid yet)|RequestTimeTooSkewed|prober found high clock drift|clock difference against peer \S+ is too high|[Cc]lock skew (?:detected|too)",
        unless: &[],
        examples: &[
            "x509: certificate has expired or is not yet valid: current time 2026-11-24T03:11:02Z is before 2026-11-24T05:00:00Z",
            r#"{"level":"warn","msg":"prober found high clock drift","clock-drift":"4.2s"}"#,
            "the clock difference against peer 8e9e05c52164694d is too high [4.2s > 1s]",
            "jwt: Token used before issued",
            "An error occurred (RequestTimeTooSkewed) when calling the GetObject operation",
        ],
        counterexamples: &[
            "x509: certificate has expired or is not yet valid: current time 2026-11-24T03:11:02Z is after 2026-11-01T00:00:00Z",
            "allowed clock skew is 30 s",
        ],
    },
];
