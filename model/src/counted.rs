//! How often objects are looked at: what a test measures where a clock would measure the machine. Only builds with
//! `debug_assertions` count.

use std::cell::Cell;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// An object is looked at.
pub(crate) fn look() {
    LOOKS.with(|looks| looks.set(looks.get().wrapping_add(1)));
}

/// Does some work of this thread, and says how often objects were looked at meanwhile.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = LOOKS.with(Cell::get);
    let done = work();
    (done, LOOKS.with(Cell::get).wrapping_sub(before))
}
