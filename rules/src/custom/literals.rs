//! Words that a line must hold to match a pattern: they let the scanner skip all other lines.

use regex_syntax::hir::{Hir, HirKind};

/// Shortest word that is worth looking for, in bytes.
const SHORTEST: usize = 3;
/// Most words of one pattern.
const MOST: usize = 64;

/// Words of which every matching line holds at least one, ASCII case ignored; `None` when the pattern fixes none.
pub(super) fn of(pattern: &Hir) -> Option<Vec<String>> {
    match pattern.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => fixed(pattern).filter(|w| w.len() >= SHORTEST).map(|w| vec![w]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Concat(parts) => longest(parts),
        HirKind::Alternation(branches) => {
            let words: Option<Vec<Vec<String>>> = branches.iter().map(of).collect();
            let mut words = words?.concat();
            words.sort();
            words.dedup();
            (words.len() <= MOST).then_some(words)
        }
        _ => None,
    }
}

/// Of a sequence the words of that part whose shortest word is the longest. Neighbours of fixed text are one word.
fn longest(parts: &[Hir]) -> Option<Vec<String>> {
    let mut choices: Vec<Vec<String>> = parts.iter().filter_map(of).collect();
    let mut word = String::new();
    for part in parts.iter().map(fixed).chain([None]) {
        match part {
            Some(text) => word.push_str(&text),
            None if word.len() >= SHORTEST => choices.push(vec![std::mem::take(&mut word)]),
            None => word.clear(),
        }
    }
    let shortest = |words: &Vec<String>| words.iter().map(String::len).min().unwrap_or(0);
    choices.into_iter().reduce(|best, next| if shortest(&next) > shortest(&best) { next } else { best })
}

/// The text that a part stands for, when it can be only one, ASCII case aside. `(?i)k` takes the Kelvin sign too; lines
/// of logs that write it so are given up.
fn fixed(part: &Hir) -> Option<String> {
    match part.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => {
            let mut letters = Vec::new();
            for range in class.ranges() {
                if range.start().is_ascii() && range.start() != range.end() {
                    return None;
                }
                if range.start().is_ascii() {
                    letters.push(range.start().to_ascii_lowercase());
                } else if !matches!((range.start(), range.end()), ('\u{17f}', '\u{17f}') | ('\u{212a}', '\u{212a}')) {
                    return None;
                }
            }
            letters.dedup();
            let [letter] = letters.as_slice() else { return None };
            Some(letter.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    fn words(pattern: &str) -> Option<Vec<String>> {
        of(&regex_syntax::parse(pattern).unwrap())
    }

    #[test]
    fn every_match_holds_one_of_the_words() {
        let some = |w: &[&str]| Some(w.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(words("licence (?P<id>[A-Z]+) has expired"), some(&[" has expired"]));
        assert_eq!(words("(?i)task lost"), some(&["task lost"]));
        assert_eq!(words("refused|timed out"), some(&["refused", "timed out"]));
        assert_eq!(words("(?:queue full)+!"), some(&["queue full"]));
        assert_eq!(words(r"\d+|error"), None);
        assert_eq!(words("(?:error)?"), None);
        assert_eq!(words("[ab]c"), None);
    }
}
