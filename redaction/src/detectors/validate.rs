//! Tests that a pattern cannot make.

use crate::values;

/// As mixed as a generated key: at least 3 bits a byte, and no run of words.
pub(super) fn random(value: &[u8]) -> bool {
    values::entropy(value) >= 3.0 && !std::str::from_utf8(value).is_ok_and(values::is_wordy)
}

/// Not a reference, a status, a placeholder of a manual.
pub(super) fn secret(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|text| values::is_secret(text, true))
}
