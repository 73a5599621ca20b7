//! The page, with the same hostile words in every place that a bundle fills: they stay text.
#![no_main]
#![allow(clippy::unwrap_used, reason = "a target stops at the first surprise")]

#[path = "../../reports/tests/promises/html.rs"]
mod promise;
#[path = "../../reports/tests/sample/mod.rs"]
mod sample;

use libfuzzer_sys::fuzz_target;
use promise::check;

fuzz_target!(|data: &[u8]| {
    let Ok(words) = std::str::from_utf8(data) else { return };
    // A field that is empty may be left out of the page.
    if words.is_empty() {
        return;
    }
    check(words);
});
