//! Log files that cannot be rotated, by the word of logrotate, of kubelets, and of the libraries that rotate themselves.

use tarbox_model::log::{Family, Signature};

/// Lines about rotation.
pub(super) static SIGNATURES: &[Signature] = &[Signature {
    id: "log-rotation-failed",
    family: Family::Resource,
    literals: &["rotate", "rename", ".1'", "insecure permissions", "rolling"],
    pattern: r#"(?i:failed to rotate log) (?:for container|"(?P<kubelet>[^"]+)")|error: (?:skipping|unable to open|error renaming|failed to rename) "?(?P<logrotate>/[^" ]*log[^" ]*)"? (?:because|for|to)|(?:PermissionError|FileNotFoundError|OSError): \[Errno \d+\] [^:]+: '(?P<python>[^']+)' -> '[^']+\.\d+'|Failed to rename file \[(?P<logback>[^\]]+)\] (?:as|to) \[|(?i:failed to rotate (?:the )?log(?: ?file)?)[: ]+"?(?P<other>/[^\s":]+)"#,
    unless: &[],
    examples: &[
        r#"E1124 03:09:58.112233    812 container_log_manager.go:290] "Failed to rotate log for container" err="failed to rotate log" path="/var/log/pods/x/0.log""#,
        r#"error: skipping "/var/log/app/app.log" because parent directory has insecure permissions (It's world writable or writable by group which is not "root")"#,
        "PermissionError: [Errno 13] Permission denied: '/var/log/app/app.log' -> '/var/log/app/app.log.1'",
        "Failed to rename file [/var/log/app.log] as [/var/log/app.2026-11-23.log].",
        "ERROR failed to rotate log file: /data/log/server.log",
    ],
    counterexamples: &["rotating proxies list", "rename /tmp/a to /tmp/b", "rolling update of app.log viewer done"],
}];
