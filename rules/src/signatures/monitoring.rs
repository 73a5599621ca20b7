//! Metrics on their way: metrics-server and Prometheus.

use tarbox_model::log::{Family, Signature};

/// Lines of what collects metrics.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "metrics-scrape-failed",
        family: Family::Connection,
        literals: &["Failed to scrape node", "unable to fully scrape metrics"],
        pattern: r#"(?:Failed to scrape node|unable to fully scrape metrics).*?(?P<why>x509: [^"\\]+|connection refused|i/o timeout|no route to host|context deadline exceeded|401 Unauthorized|403 Forbidden|no such host)"#,
        unless: &[],
        examples: &[
            r#"E1124 03:11:02.1 1 scraper.go:149] "Failed to scrape node" err="Get \"https://10.0.0.4:10250/metrics/resource\": x509: cannot validate certificate for 10.0.0.4 because it doesn't contain any IP SANs" node="node-b""#,
            r#"E1124 03:11:02.1 1 scraper.go:140] "Failed to scrape node" err="Get \"https://10.0.0.4:10250/metrics/resource\": dial tcp 10.0.0.4:10250: i/o timeout" node="node-b""#,
        ],
        counterexamples: &[r#"I1124 03:11:02.1 1 scraper.go:88] "Scraped node" node="node-b""#],
    },
    Signature {
        id: "prometheus-trouble",
        family: Family::Resource,
        literals: &[
            "opening storage failed",
            "error loading config",
            "Error loading config",
            "err=\"opening storage",
            "out of order sample",
            "no space left on device",
            "Error on ingesting",
            "corruption in",
        ],
        pattern: r"(?P<why>[Oo]pening storage failed|[Ee]rror loading config|no space left on device|corruption in \S+)",
        unless: &[],
        examples: &[
            r#"ts=2026-11-24T03:11:02.100Z caller=main.go:1161 level=error err="opening storage failed: lock DB directory: resource temporarily unavailable""#,
            r#"ts=2026-11-24T03:11:02.100Z caller=main.go:537 level=error msg="Error loading config (--config.file=/etc/prometheus/config_out/prometheus.env.yaml)" err="parsing YAML file""#,
            r#"level=error component=tsdb msg="compaction failed" err="write /prometheus/01.tmp: no space left on device""#,
        ],
        counterexamples: &[r#"level=info msg="Completed loading of configuration file" filename=/etc/prometheus/prometheus.yml"#],
    },
];
