//! Times of a transcript: absolute ones in several spellings, ages relative to when the command ran.

use tarbox_model::Timestamp;

/// When the session took place, as far as the text tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    now: Option<Timestamp>,
}

impl Clock {
    /// The latest absolute time that the text names at a place where such times stand: log lines, `describe`, `date`.
    pub(crate) fn new(lines: &[String]) -> Self {
        let times = lines.iter().filter_map(|line| {
            let first = line.split_whitespace().next().unwrap_or_default();
            let leading = (first.len() >= 20).then(|| first.parse::<Timestamp>().ok()).flatten();
            leading.or_else(|| line.split_once(", ").and_then(|(before, _)| absolute(line.get(before.len().saturating_sub(3)..)?)))
        });
        Self { now: times.max() }
    }

    /// When the session took place.
    pub(crate) fn now(self) -> Option<Timestamp> {
        self.now
    }

    /// The moment this long ago.
    pub(crate) fn ago(self, age: &str) -> Option<Timestamp> {
        let seconds = age_seconds(age)?;
        Timestamp::from_second(self.now?.as_second().checked_sub(seconds)?).ok()
    }
}

/// `Fri, 28 Nov 2025 16:00:48 +0800`, or RFC 3339, at the beginning of a text.
pub(crate) fn absolute(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = text.split_whitespace().next().and_then(|word| word.parse::<Timestamp>().ok()) {
        return Some(time);
    }
    let words: Vec<&str> = text.split_whitespace().take(6).collect();
    let [_, day, month, year, time, zone] = words.as_slice() else { return None };
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|m| m == month)? + 1;
    let zone =
        if zone.len() == 5 && zone.starts_with(['+', '-']) { format!("{}:{}", zone.get(..3)?, zone.get(3..)?) } else { "Z".to_owned() };
    let day: u8 = day.parse().ok()?;
    format!("{year}-{month:02}-{day:02}T{time}{zone}").parse().ok()
}

/// `93s`, `5m2s`, `3h`, `2d3h`, `109d`, `1y20d`.
pub(crate) fn age_seconds(age: &str) -> Option<i64> {
    let (mut total, mut number, mut any) = (0_i64, String::new(), false);
    for c in age.trim().trim_end_matches(" ago").chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'y' => 31_536_000,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
        any = true;
    }
    (any && number.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_ages() {
        assert_eq!(absolute("Fri, 28 Nov 2025 16:00:48 +0800").unwrap().to_string(), "2025-11-28T08:00:48Z");
        assert_eq!(absolute("2026-11-24T03:00:00Z rest").unwrap().to_string(), "2026-11-24T03:00:00Z");
        assert_eq!(
            (age_seconds("5m2s"), age_seconds("109d"), age_seconds("x5"), age_seconds("<unknown>")),
            (Some(302), Some(9_417_600), None, None)
        );
    }
}
