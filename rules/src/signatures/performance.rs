//! Requests that take long, and workers that hang.

use tarbox_model::log::{Family, Signature};

/// Lines of slow services.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "slow-request",
        family: Family::Fact,
        literals: &["duration", "elapsed", "latency", "took", "request_time", "response time", "response_time", "time_taken"],
        pattern: r#"(?i)\b(?:request_time|response[_ ]time|duration|elapsed|latency|took|time_taken)(?:_?(?:ms|millis|milliseconds)"?\s*[:=]?\s*"?[1-9][0-9]{3,}|(?:_?(?:s|seconds))?"?\s*[:=]?\s*"?(?:[1-9][0-9]{3,}(?:\.[0-9]+)?\s*ms\b|[1-9][0-9]*(?:\.[0-9]+)?\s*s(?:ec|econds)?\b)|"?\s*[:=]\s*"?[1-9][0-9]*\.[0-9]{2,}(?:"|\s|,|$))"#,
        unless: &["Slow query", "starting", "started", "startup", "start-up", "initialized", "initialised", "booted", "apply request took"],
        examples: &[
            r#"{"level":"info","msg":"request","path":"/api/items","duration_ms":2310}"#,
            "INFO request GET /api/items 200 duration=1840ms",
            "GET /api/items took 2.4s",
            r#"{"request_time":"3.201","upstream_status":"200"}"#,
            "response time: 1500 ms",
            "request finished latency: 1.2s, status=200",
        ],
        counterexamples: &[
            "INFO request GET /api/items 200 duration=18ms",
            r#"{"request_time":"0.201","upstream_status":"200"}"#,
            "Started Application in 12.3 seconds (process running for 13 s), took 12.3s",
            "GET /api/items took 240ms",
            "the job took 5 steps",
        ],
    },
    Signature {
        id: "worker-timeout",
        family: Family::Application,
        literals: &["HARAKIRI", "timeout (", "Terminating timed out worker"],
        pattern: r"HARAKIRI(?: ON|:)|worker=\d+ PID:\d+ timeout \(\d+s > \d+s\), killing|Terminating timed out worker",
        unless: &[],
        examples: &[
            "*** HARAKIRI ON WORKER 2 (pid: 31, try: 1, graceful: no) ***",
            "E, [2026-11-24T03:11:02.1 #1] ERROR -- : worker=0 PID:123 timeout (61s > 60s), killing",
            "[1] ! Terminating timed out worker (Worker 0 failed to check in within 60 seconds): 123",
        ],
        counterexamples: &["lock wait timeout (50s) exceeded"],
    },
];
