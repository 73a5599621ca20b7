//! A file of rules that a user wrote: rules, or what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tarbox_load::LogScanner;
use tarbox_rules::custom::{RULES, parse};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match parse("fuzzed.toml", text) {
        Ok(rules) => {
            assert!(rules.len() <= RULES.max(text.len()));
            // What is accepted compiles, or is refused in words.
            let _ = LogScanner::new(rules.iter().map(|rule| rule.signature));
        }
        Err(problems) => assert!(!problems.is_empty()),
    }
});
