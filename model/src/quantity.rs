//! Kubernetes quantities (`250m`, `128Mi`, `1e3`) as numbers.

/// Reads a quantity in its base unit (cores, bytes, counts). `None` for what is not a quantity or not finite.
///
/// ```
/// assert_eq!(tarbox_model::quantity::parse("250m"), Some(0.25));
/// assert_eq!(tarbox_model::quantity::parse("128Mi"), Some(134217728.0));
/// assert_eq!(tarbox_model::quantity::parse("1e3"), Some(1000.0));
/// assert_eq!(tarbox_model::quantity::parse("much"), None);
/// ```
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let (digits, factor) = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor))).unwrap_or((text, 1.0));
    if !digits.bytes().next().is_some_and(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.')) {
        return None;
    }
    let value = digits.parse::<f64>().ok()? * factor;
    value.is_finite().then_some(value)
}

/// Writes bytes for people: `128Mi`, `1.5Gi`, `900`.
pub fn bytes(value: f64) -> String {
    for (unit, size) in [("Gi", 1_073_741_824.0), ("Mi", 1_048_576.0), ("Ki", 1024.0)] {
        if value >= size {
            return trim(value / size) + unit;
        }
    }
    trim(value)
}

/// Writes cores for people: `250m`, `2`, `1.5`.
pub fn cores(value: f64) -> String {
    if value.abs() < 1.0 && value != 0.0 { format!("{:.0}m", value * 1000.0) } else { trim(value) }
}

/// One decimal where it says something, none where it does not.
fn trim(value: f64) -> String {
    if (value - value.round()).abs() < 0.05 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_suffix_and_refuses_nonsense() {
        for (text, value) in [
            ("0", 0.0),
            ("1", 1.0),
            ("0.5", 0.5),
            ("500m", 0.5),
            ("2k", 2000.0),
            ("1Ei", 1_152_921_504_606_846_976.0),
            ("1E", 1e18),
            ("12e6", 12e6),
        ] {
            assert_eq!(parse(text), Some(value), "{text}");
        }
        for text in ["", "Mi", "abc", "1e400", "inf", "NaN", "1e308Ki"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_what_people_write() {
        assert_eq!(
            (bytes(134_217_728.0).as_str(), bytes(1_610_612_736.0).as_str(), cores(0.25).as_str(), cores(64.0).as_str()),
            ("128Mi", "1.5Gi", "250m", "64")
        );
    }
}
