//! "Did you mean": the nearest of the names that exist.

/// Edit distance (insert, delete, replace, swap of neighbours), in characters; `None` once it passes `limit`.
pub fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    between(&a, &b, limit)
}

fn between(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    // What both begin or end with costs nothing; names of one cluster share most of it.
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end)?, b.get(..b.len() - end)?);
    // Nothing left of one: the other is inserted. Both begin and end differently: at least one change.
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len())).filter(|&d| d <= limit);
    }
    if limit == 0 {
        return None;
    }
    let (mut before, mut last): (Vec<usize>, Vec<usize>) = (vec![0; b.len() + 1], (0..=b.len()).collect());
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, &y) in b.iter().enumerate() {
            let swap = if i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x) { before[j - 1] + 1 } else { usize::MAX };
            row[j + 1] = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1).min(swap);
        }
        if row.iter().min().is_some_and(|&m| m > limit) {
            return None;
        }
        (before, last) = (last, row);
    }
    last.last().copied().filter(|&d| d <= limit)
}

/// The candidate nearest to `wanted`, if one is near enough to be a slip of the pen: within a third of its length
/// (at least 2), or one containing the other. Ties go to the first in the candidates' order.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = wanted.chars().collect();
    let mut other = Vec::new();
    let limit = (letters.len() / 3).max(2);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // Only what is nearer than the best so far needs to be measured to its end.
        let Some(within) = best.map_or(Some(limit), |(score, _)| Some(limit.min(score.checked_sub(1)?))) else { break };
        other.clear();
        other.extend(candidate.chars());
        let contained = || candidate.len() >= 3 && wanted.len() >= 3 && (candidate.contains(wanted) || wanted.contains(candidate));
        let score = match between(&letters, &other, within) {
            Some(d) => d,
            None if best.is_none() && contained() => limit + 1,
            None => continue,
        };
        best = Some((score, candidate));
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_and_refuses_strangers() {
        assert_eq!(nearest("mongodb-url", ["mongodb-uri", "secret-key"]), Some("mongodb-uri"));
        assert_eq!(nearest("shepherd-secrets", ["shepherd-secret"]), Some("shepherd-secret"));
        assert_eq!(nearest("shepherd-web", ["mongodb", "shepherd"]), Some("shepherd"));
        assert_eq!(nearest("redis", ["postgres", "kafka"]), None);
        assert_eq!(distance("abcd", "abdc", 3), Some(1));
        assert_eq!(distance("app-login-17", "app-logins-211", 9), Some(3));
        assert_eq!(distance("aab", "ab", 2), Some(1));
        assert_eq!(nearest("app", ["app-long-name", "apq", "app", "apr"]), Some("app"));
        assert_eq!(nearest("app", ["apr", "apq"]), Some("apr"));
    }
}
