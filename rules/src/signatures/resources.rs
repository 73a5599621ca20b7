//! Memory, disk, files: what a process says when it runs out of something.

use tarbox_model::log::{Family, Signature};

/// Lines of exhaustion.
pub(super) static SIGNATURES: &[Signature] = &[
    Signature {
        id: "worker-killed",
        family: Family::Resource,
        literals: &["was sent SIGKILL", "signal 9", "SIGKILL"],
        pattern: r"Worker (?:\(pid:\s*\d+\)|with pid \d+) was (?:sent SIGKILL|terminated due to signal 9\b)|DAMN ! worker \d+ \(pid: \d+\) died, killed by signal 9|Process '\S+' pid:\d+ exited with 'signal 9 \(SIGKILL\)'|child \d+ exited on signal 9|(?:worker|server) process (?:\(PID )?\d+\)? (?:exited on|was terminated by) signal 9\b|[Ww]orker \d+ (?:died|exited|was killed) \(?(?:signal )?SIGKILL",
        unless: &[],
        examples: &[
            "[2026-11-24 03:11:03 +0000] [1] [ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?",
            "[2026-11-24 03:11:03 +0000] [1] [WARNING] Worker (pid:7) was terminated due to signal 9",
            "[2026-11-24 03:11:03 +0000] [1] [WARNING] Worker with pid 7 was terminated due to signal 9",
            "DAMN ! worker 1 (pid: 9) died, killed by signal 9 :( trying respawn ...",
            "[2026-11-24 03:11:03,100: ERROR/MainProcess] Process 'ForkPoolWorker-1' pid:12 exited with 'signal 9 (SIGKILL)'",
            "[24-Nov-2026 03:11:03] WARNING: [pool www] child 12 exited on signal 9 (SIGKILL) after 100.1 seconds from start",
            "LOG:  server process (PID 12) was terminated by signal 9: Killed",
            "2026/11/24 03:11:03 [alert] 1#1: worker process 29 exited on signal 9",
        ],
        counterexamples: &[
            "[2026-11-24 03:11:03 +0000] [1] [ERROR] Worker (pid:7) was sent SIGTERM!",
            "[2026-11-24 03:11:03 +0000] [1] [WARNING] Worker with pid 7 was terminated due to signal 15",
            "2026/11/24 03:11:03 [alert] 1#1: worker process 29 exited on signal 11",
        ],
    },
    Signature {
        id: "out-of-memory",
        family: Family::Resource,
        literals: &["OutOfMemory", "MemoryError", "out of memory", "Cannot allocate memory", "heap limit", "bad_alloc"],
        pattern: r"java\.lang\.OutOfMemoryError|^MemoryError|\bMemoryError\b: |(?i)fatal error: (?:runtime: )?out of memory|JavaScript heap out of memory|Reached heap limit|std::bad_alloc|Cannot allocate memory|Memory cgroup out of memory",
        unless: &["Perhaps out of memory"],
        examples: &[
            "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space",
            "MemoryError",
            "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
            "fatal error: runtime: out of memory",
            "OSError: [Errno 12] Cannot allocate memory",
        ],
        counterexamples: &["[ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?", "out of memory threshold set to 90%"],
    },
    Signature {
        id: "disk-full",
        family: Family::Resource,
        literals: &["no space left on device", "ENOSPC", "disk quota exceeded", "disk full"],
        pattern: r"(?i)no space left on device|ENOSPC|disk quota exceeded|\bdisk full\b",
        unless: &["inotify", "file watchers"],
        examples: &[
            "OSError: [Errno 28] No space left on device: '/data/upload.tmp'",
            "Error: ENOSPC: no space left on device, write",
            "ERROR:  could not extend file \"base/16384/2619\": No space left on device",
        ],
        counterexamples: &["Error: ENOSPC: System limit for number of file watchers reached"],
    },
    Signature {
        id: "too-many-open-files",
        family: Family::Resource,
        literals: &["too many open files", "EMFILE"],
        pattern: r"(?i)too many open files|\bEMFILE\b",
        unless: &[],
        examples: &["OSError: [Errno 24] Too many open files", "accept4: too many open files; retrying in 1s"],
        counterexamples: &["open files limit is 1048576"],
    },
];
