//! The level of a log line, in the forms that services, Kubernetes components and databases write it.

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Trace and debug.
    Debug,
    /// Information.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
    /// Critical, fatal, panic.
    Fatal,
}

/// The level that a line states, if it does: a word of its own near the beginning (`INFO`, `[error]`), a field
/// (`level=warn`, `"level":"error"`, mongod's `"s":"E"`), or klog's first letter (`E1124 03:00:00`).
pub(crate) fn of(line: &str) -> Option<Level> {
    if let Some(level) = klog(line) {
        return Some(level);
    }
    let head =
        line.get(..line.len().min(200)).or_else(|| line.get(..line.char_indices().nth(100).map_or(line.len(), |(i, _)| i))).unwrap_or(line);
    for field in ["level=", "\"level\":", "\"severity\":", "\"s\":", "lvl=", "\"lvl\":"] {
        if let Some((_, after)) = head.split_once(field) {
            let word: String = after.trim_start_matches([' ', '"']).chars().take_while(char::is_ascii_alphabetic).collect();
            if let Some(level) = named(&word) {
                return Some(level);
            }
        }
    }
    head.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .take(8)
        .filter(|word| word.bytes().all(|b| b.is_ascii_uppercase()) || head.contains(&format!("[{word}]")))
        .find_map(named)
}

fn klog(line: &str) -> Option<Level> {
    let bytes = line.as_bytes();
    let dated = bytes.get(1..5)?.iter().all(u8::is_ascii_digit) && bytes.get(5) == Some(&b' ');
    match bytes.first()? {
        b'I' if dated => Some(Level::Info),
        b'W' if dated => Some(Level::Warning),
        b'E' if dated => Some(Level::Error),
        b'F' if dated => Some(Level::Fatal),
        _ => None,
    }
}

impl Level {
    /// A level by any of its common names, case ignored, or by its number in bunyan and pino.
    pub fn named(word: &str) -> Option<Self> {
        named(word)
    }
}

fn named(word: &str) -> Option<Level> {
    match word.to_ascii_lowercase().as_str() {
        "trace" | "debug" | "d" | "10" | "20" => Some(Level::Debug),
        "info" | "notice" | "i" | "30" => Some(Level::Info),
        "warn" | "warning" | "w" | "40" => Some(Level::Warning),
        "error" | "err" | "e" | "50" => Some(Level::Error),
        "fatal" | "critical" | "crit" | "panic" | "emerg" | "alert" | "f" | "60" => Some(Level::Fatal),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_common_forms() {
        for (line, level) in [
            ("2026-11-24 03:00:00,000 ERROR shepherd: Connection to database failed", Some(Level::Error)),
            ("[2026-11-24 03:00:00 +0000] [7] [INFO] Booting worker with pid: 7", Some(Level::Info)),
            ("2026/11/24 03:00:00 [error] 31#31: *1 connect() failed", Some(Level::Error)),
            ("E1124 03:00:00.000000       1 reflector.go:1] failed", Some(Level::Error)),
            (r#"{"t":{"$date":"2026-11-24T03:00:00.000+00:00"},"s":"I","c":"NETWORK","msg":"error"}"#, Some(Level::Info)),
            (r#"time="2026-11-24T03:00:00Z" level=warning msg="failed""#, Some(Level::Warning)),
            ("Traceback (most recent call last):", None),
            ("KeyError: 'DB_URI'", None),
        ] {
            assert_eq!(of(line), level, "{line}");
        }
    }
}
