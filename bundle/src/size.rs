//! Sizes as people write them on a command line.

/// A number of bytes: `64K`, `500M`, `2G`, or plain.
///
/// # Errors
/// When it is none, or 0, with what is needed, in words.
pub fn size(text: &str) -> Result<u64, String> {
    let trimmed = text.trim().trim_end_matches(['b', 'B', 'i']);
    let (digits, factor) = match trimmed.chars().last().map(|unit| unit.to_ascii_uppercase()) {
        Some('K') => (&trimmed[..trimmed.len() - 1], 1u64 << 10),
        Some('M') => (&trimmed[..trimmed.len() - 1], 1 << 20),
        Some('G') => (&trimmed[..trimmed.len() - 1], 1 << 30),
        _ => (trimmed, 1),
    };
    let bytes = digits.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| "a size such as 64K, 500M or 2G is needed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!((size("500M"), size("64KiB"), size("12")), (Ok(500 << 20), Ok(64 << 10), Ok(12)));
        assert!(size("0").is_err() && size("M").is_err() && size("99999999999G").is_err());
    }
}
