//! Python: the last line of a traceback names what went wrong.

use tarbox_model::log::{Family, Signature};

/// Last lines of tracebacks.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "python-exception",
        family: Family::Application,
        literals: &["Error", "Exception", "NotFound", "DoesNotExist", "Timeout"],
        pattern: r"^(?P<type>(?:[a-z_][\w]*\.)*[A-Z]\w*(?:Error|Exception|NotFound|DoesNotExist|Timeout))(?:: (?P<message>.{1,240}))?$",
        unless: &[],
        examples: &[
            "KeyError: 'SECRET_KEY'",
            "FileNotFoundError: [Errno 2] No such file or directory: '/etc/config/settings.yaml'",
            "pymongo.errors.ServerSelectionTimeoutError: mongodb:27017: [Errno 111] Connection refused",
            "RuntimeError",
        ],
        counterexamples: &["2026-11-24 03:00:01 ERROR shepherd: Error while reading", "Exception in worker process"],
    },
    Signature {
        id: "python-traceback",
        family: Family::Application,
        literals: &["Traceback (most recent call last)"],
        pattern: r"Traceback \(most recent call last\):",
        unless: &[],
        examples: &["Traceback (most recent call last):"],
        counterexamples: &[],
    },
];
