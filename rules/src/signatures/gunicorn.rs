//! Gunicorn, the server that Python services run under: its arbiter tells of workers that hang, die or never begin.

use tarbox_model::log::{Family, Signature};

/// Lines of gunicorn's arbiter.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "gunicorn-worker-timeout",
        family: Family::Application,
        literals: &["WORKER TIMEOUT"],
        pattern: r"WORKER TIMEOUT \(pid:\s*\d+\)",
        unless: &[],
        examples: &["[2026-11-24 03:11:02 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)"],
        counterexamples: &["[2026-11-24 03:11:02 +0000] [1] [INFO] worker timeout is 30 seconds"],
    },
    Signature {
        id: "gunicorn-boot-failed",
        family: Family::Application,
        literals: &["failed to boot", "App failed to load", "Exception in worker process"],
        pattern: r"Worker failed to boot|App failed to load|Exception in worker process",
        unless: &[],
        examples: &[
            "[2026-11-24 03:11:03 +0000] [1] [INFO] Reason: Worker failed to boot.",
            "[2026-11-24 03:11:03 +0000] [8] [ERROR] Exception in worker process",
        ],
        counterexamples: &["[2026-11-24 03:11:03 +0000] [8] [INFO] Booting worker with pid: 8"],
    },
    Signature {
        id: "gunicorn-booting-worker",
        family: Family::Fact,
        literals: &["Booting worker with pid"],
        pattern: r"Booting worker with pid: \d+",
        unless: &[],
        examples: &["[2026-11-24 03:11:03 +0000] [8] [INFO] Booting worker with pid: 8"],
        counterexamples: &[],
    },
];
