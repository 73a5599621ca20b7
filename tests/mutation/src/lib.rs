//! The switch that stands at every condition of the rules in the copy that `tests/mutation/run` makes.
//!
//! A condition `a < b` becomes `at(17, a < b)`. Nothing changes until somebody forces point 17 to `true` or `false`: one build
//! holds every mutant. Each thread has its own switch, so that mutants are tried side by side.

use std::cell::{Cell, RefCell};

/// A condition that so many others follow without an end is in a loop that its mutant made endless.
const ENDLESS: u64 = 20_000_000;

thread_local! {
    static FORCED: Cell<Option<(u32, bool)>> = const { Cell::new(None) };
    static STEPS: Cell<u64> = const { Cell::new(0) };
    static REACHED: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
}

/// What a condition comes to: its value, or what it is forced to.
///
/// # Panics
/// When the conditions find no end, which ends the loop that a mutant made endless.
pub fn at(point: u32, value: bool) -> bool {
    forced(point).unwrap_or(value)
}

/// What a point is forced to, if it is.
///
/// # Panics
/// As [`at`].
pub fn forced(point: u32) -> Option<bool> {
    let steps = STEPS.get() + 1;
    STEPS.set(steps);
    assert!(steps < ENDLESS, "this mutant does not end");
    REACHED.with_borrow_mut(|reached| {
        if let Some(seen) = reached.get_mut(point as usize) {
            *seen = true;
        }
    });
    FORCED.get().filter(|(forced, _)| *forced == point).map(|(_, value)| value)
}

/// Forces a point on this thread (`None`: none) until the next call.
pub fn force(mutant: Option<(u32, bool)>) {
    FORCED.set(mutant);
    STEPS.set(0);
}

/// What `body` gives, and which of the first `points` points it came by.
pub fn reached<T>(points: usize, body: impl FnOnce() -> T) -> (T, Vec<bool>) {
    REACHED.set(vec![false; points]);
    let value = body();
    (value, REACHED.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_forced_point_changes() {
        force(Some((2, false)));
        let (values, seen) = reached(4, || [at(1, true), at(2, true)]);
        assert_eq!((values, seen), ([true, false], vec![false, true, true, false]));
        force(None);
        assert!(at(2, true));
    }
}
