//! Last words of processes, by the runtime that prints them: a panic, an unhandled exception, a line marked fatal.

use tarbox_model::log::{Family, Signature};

/// Ids of the signatures below, and of Python's exceptions: lines that name what ended a process.
pub(crate) const LAST_WORDS: [&str; 8] =
    ["python-exception", "go-panic", "java-exception", "node-exception", "dotnet-exception", "ruby-exception", "php-fatal", "fatal-line"];

/// Lines of processes that end.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "go-panic",
        family: Family::Application,
        literals: &["panic: ", "fatal error: "],
        pattern: r"^(?:panic|fatal error): (?P<message>.{1,240})",
        unless: &[],
        examples: &[
            "panic: runtime error: invalid memory address or nil pointer dereference",
            "fatal error: all goroutines are asleep - deadlock!",
        ],
        counterexamples: &["2026/11/24 03:00:01 recovered from panic: EOF"],
    },
    Signature {
        id: "java-exception",
        family: Family::Application,
        literals: &["Exception in thread", "Caused by: ", "APPLICATION FAILED TO START", "Application run failed"],
        pattern: r#"Exception in thread "[^"]*" (?P<type>[\w.$]+)(?:: (?P<message>.{1,240}))?|^\s*Caused by: (?P<cause>[\w.$]+)(?:: (?P<why>.{1,240}))?|APPLICATION FAILED TO START|Application run failed"#,
        unless: &[],
        examples: &[
            "Exception in thread \"main\" java.lang.IllegalStateException: no configuration",
            "Caused by: java.net.UnknownHostException: db.web.svc.cluster.local",
            "APPLICATION FAILED TO START",
        ],
        counterexamples: &["handled java.io.IOException: broken pipe"],
    },
    Signature {
        id: "node-exception",
        family: Family::Application,
        literals: &["Error: ", "Error [", "UnhandledPromiseRejection", "Uncaught"],
        pattern: r"^(?:\[?Uncaught |Unhandled rejection )?(?P<type>(?:[A-Z]\w*)?Error)(?: \[\w+\])?: (?P<message>.{1,240})$|UnhandledPromiseRejection",
        unless: &[],
        examples: &[
            "Error: Cannot find module 'express'",
            "TypeError: Cannot read properties of undefined (reading 'port')",
            "Error [ERR_REQUIRE_ESM]: require() of ES Module not supported",
        ],
        counterexamples: &["2026-11-24 03:00:01 ERROR request failed with Error: timeout"],
    },
    Signature {
        id: "dotnet-exception",
        family: Family::Application,
        literals: &["Unhandled exception"],
        pattern: r"Unhandled [Ee]xception[.:] (?P<type>[\w.]+)(?:: (?P<message>.{1,240}))?",
        unless: &[],
        examples: &[
            "Unhandled exception. System.InvalidOperationException: Cart store is not configured",
            "Unhandled exception: StackExchange.Redis.RedisConnectionException: no connection",
        ],
        counterexamples: &["handled exception: retrying"],
    },
    Signature {
        id: "ruby-exception",
        family: Family::Application,
        literals: &["Error)", "Errno::", "Exception)"],
        pattern: r"^\S+\.rb:\d+:in .+: (?P<message>.{1,240}) \((?P<type>[\w:]+(?:Error|Exception|Errno::\w+)|Errno::\w+|[A-Z]\w*::[A-Z]\w*)\)$",
        unless: &[],
        examples: &["/app/config/boot.rb:3:in `require': cannot load such file -- bundler/setup (LoadError)"],
        counterexamples: &["rescued in app.rb (StandardError)"],
    },
    Signature {
        id: "php-fatal",
        family: Family::Application,
        literals: &["PHP Fatal error", "PHP Parse error"],
        pattern: r"PHP (?:Fatal|Parse) error: +(?P<message>.{1,240})",
        unless: &[],
        examples: &["PHP Fatal error:  Uncaught Error: Class \"PDO\" not found in /var/www/html/index.php:3"],
        counterexamples: &["PHP Warning:  Undefined variable $x"],
    },
    Signature {
        id: "fatal-line",
        family: Family::Application,
        literals: &[
            "fatal",
            "critical",
            "[emerg]",
            "unknown flag",
            "flag provided but not defined",
            "unrecognized argument",
            "unrecognized option",
            "unknown option",
            "unknown command",
            "invalid configuration",
            "failed to parse",
            "cannot parse",
            "did not find expected",
            "segmentation fault",
            "core dumped",
        ],
        pattern: r#"(?i)^(?:\S+\s+){0,6}\W*(?:fatal|critical|emerg|panic)\b[\]:\s]|(?i)"(?:level|severity|s)"\s*:\s*"(?:fatal|critical|panic|F)"|(?i)\blevel=(?:fatal|panic|critical)\b|(?i)\b(?:unknown (?:shorthand )?flag|flag provided but not defined|unrecognized (?:arguments?|options?)|unknown (?:option|command)|invalid configuration|(?:failed to|cannot) parse|did not find expected|segmentation fault|core dumped)\b"#,
        unless: &["nonfatal", "non-fatal"],
        examples: &[
            "2026-11-24 03:58:29,378 CRITICAL shop: no catalogue",
            "nginx: [emerg] unknown directive \"sever\" in /etc/nginx/nginx.conf:3",
            "{\"severity\":\"fatal\",\"message\":\"failed to listen\"}",
            "time=\"2026-11-24T03:00:01Z\" level=fatal msg=\"no database\"",
            "flag provided but not defined: -verbos",
            "error: unrecognized arguments: --worker 2",
            "2026/11/24 03:00:01 failed to parse config: yaml: line 3: did not find expected key",
        ],
        counterexamples: &["INFO loaded 3 critical-path rules", "this is a non-fatal error"],
    },
];
