//! The terminal summary fits a screen, and lets no control character through.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "promises/terminal.rs"]
mod promise;
mod sample;

use promise::check;
use proptest::prelude::*;
use tarbox_reports::terminal;

#[test]
fn looks_as_it_should() {
    insta::assert_snapshot!("incident", terminal::summary(&sample::incident(), 80, false));
    insta::assert_snapshot!("healthy", terminal::summary(&sample::healthy(), 80, false));
    insta::assert_snapshot!("blind", terminal::summary(&sample::blind(), 80, false));
}

#[test]
fn vectors_stay_text() {
    for vector in sample::VECTORS {
        check(vector, 80);
        check(&vector.repeat(60), 80);
        check(&vector.repeat(60), 0);
    }
}

proptest! {
    #[test]
    fn anything_fits(vector in any::<String>(), width in 0_usize..200) {
        check(&vector, width);
    }
}
