//! CoreDNS: why it does not start, and whom it cannot ask.

use tarbox_model::log::{Family, Signature};

/// Lines of CoreDNS.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "coredns-loop",
        family: Family::Application,
        literals: &["plugin/loop"],
        pattern: r#"plugin/loop: Loop \((?P<way>[^)]*)\) detected for zone "(?P<zone>[^"]*)""#,
        unless: &[],
        examples: &[
            r#"[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :1053) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 4547991504243258144.3688648895315093531.""#,
            r#"2026-11-24T03:10:00.100Z [FATAL] plugin/loop: Loop (10.244.0.7:39204 -> 10.96.0.10:53) detected for zone "cluster.local", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 1.2.""#,
        ],
        counterexamples: &["[INFO] plugin/loop: no loop found"],
    },
    Signature {
        id: "coredns-corefile-broken",
        family: Family::Application,
        literals: &["Corefile"],
        pattern: r"(?P<file>[\w/.-]*Corefile(?::\d+)?)(?: - Error during parsing: (?P<why>[^\n]{1,200})| changed but reload failed: (?P<why_reload>[^\n]{1,200})|: no such file or directory| parse failed: (?P<why_parse>[^\n]{1,200}))",
        unless: &[],
        examples: &[
            "/etc/coredns/Corefile:16 - Error during parsing: Unknown directive 'cach'",
            "[ERROR] plugin/reload: Corefile changed but reload failed: starting server: listen tcp :53: bind: address already in use",
            "plugin/kubernetes: /etc/coredns/Corefile:6 - Error during parsing: unknown property 'podz'",
            "loading Caddyfile via flag: open /etc/coredns/Corefile: no such file or directory",
            "[ERROR] Corefile parse failed: unexpected token '}'",
        ],
        counterexamples: &["[INFO] plugin/reload: Running configuration MD5 = 8a of Corefile"],
    },
    Signature {
        id: "coredns-upstream-failed",
        family: Family::Connection,
        literals: &["plugin/errors"],
        pattern: r"plugin/errors: -?\d+ (?P<name>\S+) [A-Z0-9]+: .*?(?:->|dial (?:udp|tcp) |lookup \S+ on )(?P<upstream>[0-9a-fA-F.:\[\]]+|redacted\.ip\.[0-9a-f]{12}):53: (?P<why>(?:read: |connect: )?(?:i/o timeout|connection refused|network is unreachable|no route to host))",
        unless: &[],
        examples: &[
            "[ERROR] plugin/errors: 2 www.example.com. A: read udp 10.244.0.5:41234->198.51.100.53:53: i/o timeout",
            "[ERROR] plugin/errors: 2 api.example.com. AAAA: dial udp 198.51.100.53:53: connect: network is unreachable",
            "[ERROR] plugin/errors: 2 example.com. A: read udp 10.244.0.5:41234->198.51.100.53:53: read: connection refused",
            "[ERROR] plugin/errors: 2 example.com. A: read udp redacted.ip.7e372e14e487:41234->redacted.ip.80f55fd3c058:53: i/o timeout",
        ],
        counterexamples: &["[ERROR] plugin/errors: 2 4547991504243258144.3688648895315093531. HINFO: EOF"],
    },
    Signature {
        id: "coredns-waits-for-api",
        family: Family::Connection,
        literals: &["plugin/ready", "plugin/kubernetes", "Plugins not ready"],
        pattern: r#"Still waiting on: "(?P<plugin>[^"]+)"|Plugins not ready: "(?P<plugin_new>[^"]+)"|starting server with unsynced Kubernetes API|Kubernetes API connection failure"#,
        unless: &[],
        examples: &[
            r#"[INFO] plugin/ready: Still waiting on: "kubernetes""#,
            r#"[INFO] plugin/ready: Plugins not ready: "kubernetes""#,
            "[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API",
            r#"[WARNING] plugin/kubernetes: Kubernetes API connection failure: Get "https://10.96.0.1:443/version": dial tcp 10.96.0.1:443: i/o timeout"#,
        ],
        counterexamples: &["[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server"],
    },
];
