//! Cron's schedules, as far as it takes to know how long a CronJob may rest between two runs.

use std::collections::BTreeSet;

/// Minutes in a day.
const DAY: i64 = 24 * 60;

/// The longest rest between two starts of a schedule, in seconds; `None` when the text is no schedule. Time zones do not
/// matter to it.
pub(super) fn longest_rest(schedule: &str) -> Option<i64> {
    let text = match schedule.trim() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        every if every.starts_with("@every ") => return duration(every.trim_start_matches("@every ").trim()),
        text => text,
    };
    let text = if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") { text.split_once(' ')?.1 } else { text };
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    let (minutes, hours) = (values(minute, 0, 59, &[])?, values(hour, 0, 23, &[])?);
    let starts: Vec<i64> = hours.iter().flat_map(|h| minutes.iter().map(move |m| h * 60 + m)).collect();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let within = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    let days = longest_days(day, month, weekday)?;
    Some(60 * within.max(days * DAY + first - last))
}

/// The longest rest between two days on which a schedule starts something.
fn longest_days(day: &str, month: &str, weekday: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let (days, months) = (values(day, 1, 31, &[])?, values(month, 1, 12, &MONTHS)?);
    let weekdays: BTreeSet<i64> = values(weekday, 0, 7, &WEEKDAYS)?.into_iter().map(|d| d % 7).collect();
    let (any_day, any_weekday) = (day.starts_with('*') || day == "?", weekday.starts_with('*') || weekday == "?");
    let mut found: Vec<i64> = Vec::new();
    // Two years hold every distance that matters here, but for the 29th of February alone.
    let (mut number, mut of_week) = (0, 4);
    for _ in 0..2 {
        for (m, length) in (1..).zip([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
            for d in 1..=length {
                let (by_day, by_weekday) = (days.contains(&d), weekdays.contains(&of_week));
                let runs = if any_day || any_weekday { by_day && by_weekday } else { by_day || by_weekday };
                if months.contains(&m) && runs {
                    found.push(number);
                }
                number += 1;
                of_week = (of_week + 1) % 7;
            }
        }
    }
    found.windows(2).map(|pair| pair[1] - pair[0]).max()
}

/// The values that a field stands for.
fn values(field: &str, least: i64, greatest: i64, names: &[&str]) -> Option<BTreeSet<i64>> {
    let number = |text: &str| {
        let named = names.iter().position(|n| n.eq_ignore_ascii_case(text)).and_then(|i| i64::try_from(i).ok());
        named.map(|i| i + least).or_else(|| text.parse().ok()).filter(|n| (least..=greatest).contains(n))
    };
    let mut all = BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step: usize = step.map_or(Some(1), |s| s.parse().ok()).filter(|&s| s > 0)?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (least, greatest),
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(range)?, if part.contains('/') { greatest } else { number(range)? }),
        };
        all.extend((from..=to).step_by(step));
    }
    (!all.is_empty()).then_some(all)
}

/// Seconds of a Go duration: `1h30m`.
fn duration(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0, String::new());
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let value: i64 = std::mem::take(&mut number).parse().ok()?;
        let unit = match c {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total += value.checked_mul(unit)?;
    }
    (total > 0 && number.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_longest_rest() {
        for (schedule, rest) in [
            ("*/5 * * * *", 300),
            ("0 * * * *", 3600),
            ("15,45 8-18 * * *", 13 * 3600 + 1800),
            ("0 2 * * *", 86_400),
            ("0 2 * * mon-fri", 3 * 86_400),
            ("0 0 * * 7", 7 * 86_400),
            ("0 0 1 * *", 31 * 86_400),
            ("@daily", 86_400),
            ("@every 1h30m", 5400),
            ("CRON_TZ=Europe/Berlin 0 2 * * *", 86_400),
        ] {
            assert_eq!(longest_rest(schedule), Some(rest), "{schedule}");
        }
        for nonsense in ["", "0 2 * *", "61 * * * *", "*/0 * * * *", "a b c d e", "@every soon"] {
            assert_eq!(longest_rest(nonsense), None, "{nonsense}");
        }
    }
}
