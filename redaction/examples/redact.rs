//! Shows what redaction takes out of files, and how fast: `cargo run --release --example redact -- [--strict] [--quiet] FILE…`.
//!
//! Prints every line that changed, before and after, then rates and counts. Nothing is written.
#![allow(clippy::print_stdout, reason = "an example talks to its user")]

use std::time::Instant;

use tarbox_redaction::{Counts, Level, Redactor, TextKind};

fn main() -> std::io::Result<()> {
    let (flags, files): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    let redactor = Redactor::new([0; 32], if has("--strict") { Level::Strict } else { Level::Default });
    let (mut total, mut bytes, mut lines, mut changed, mut seconds) = (Counts::new(), 0, 0_usize, 0_usize, 0.0);
    for file in &files {
        let before = std::fs::read(file)?;
        let start = Instant::now();
        let json = (file.ends_with(".json") || file.ends_with(".ndjson")) && !has("--text");
        let after = match json.then(|| redactor.redact_json(&before)) {
            Some(Ok((after, counts))) => {
                total.merge(&counts);
                after
            }
            _ => {
                let (after, counts) = redactor.redact_text(&before, TextKind::Log);
                total.merge(&counts);
                after.into_owned()
            }
        };
        seconds += start.elapsed().as_secs_f64();
        bytes += before.len();
        let pretty = |text: &[u8]| match serde_json::from_slice::<serde_json::Value>(text) {
            Ok(value) => format!("{value:#}"),
            Err(_) => String::from_utf8_lossy(text).into_owned(),
        };
        let (before, after) = (pretty(&before), pretty(&after));
        for (before, after) in before.lines().zip(after.lines()) {
            lines += 1;
            if before != after {
                changed += 1;
                if !has("--quiet") {
                    println!("{file}\n- {before}\n+ {after}");
                }
            }
        }
    }
    for (rule, count) in total.iter() {
        println!("{count:8} {rule}");
    }
    println!("{lines} lines, {changed} changed; {bytes} bytes, {:.1} MB/s", bytes as f64 / 1e6 / seconds);
    Ok(())
}
