//! Log lines against all signatures, their levels and times.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tarbox_load::{LogScanner, level, split_time};

static SCANNER: LazyLock<LogScanner> = LazyLock::new(|| LogScanner::new(tarbox_rules::signatures::all().copied()).expect("they compile"));
static IDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| tarbox_rules::all().map(|rule| rule.rule.id).collect());

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for line in text.lines() {
        let (_, rest) = split_time(line);
        assert!(line.ends_with(rest));
        let _ = level(line);
    }
    let which = data.first().map_or(0, |byte| usize::from(*byte)) % IDS.len();
    let _ = SCANNER.matches(&text, IDS[which]);
});
