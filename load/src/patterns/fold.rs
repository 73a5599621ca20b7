//! Patterns that differ in words without a digit (names of users, cities, queues) become one, once they are many.

use std::collections::BTreeMap;

use super::ledger::Entry;

/// Patterns that are alike from which on what differs counts as a variable.
const ALIKE: usize = 8;
/// Fewest words of a pattern that is folded: shorter ones have nothing else to be told apart by.
const WORDS: usize = 4;
/// Groups of one beginning that a pattern is compared with, the newest.
const COMPARED: usize = 16;

/// Patterns that are alike, and what they have in common.
struct Group {
    words: Vec<String>,
    members: Vec<usize>,
    /// Of them those that were folded before.
    folded: bool,
}

/// The entries, in order, the alike ones folded into the first of them.
pub(super) fn fold(entries: Vec<Entry>) -> Vec<Entry> {
    if entries.len() < ALIKE && !entries.iter().any(|entry| entry.folded) {
        return entries;
    }
    let mut by_beginning: BTreeMap<(_, usize, &str), Vec<Group>> = BTreeMap::new();
    for (i, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.pattern.trace.is_empty()) {
        let words: Vec<&str> = entry.pattern.text.split(' ').collect();
        let Some(first) = words.first().filter(|_| words.len() >= WORDS) else { continue };
        let groups = by_beginning.entry((entry.pattern.loudness, words.len(), first)).or_default();
        let oldest = groups.len().saturating_sub(COMPARED);
        match groups.iter_mut().skip(oldest).find(|group| is_alike(&group.words, &words)) {
            Some(group) => {
                for (common, word) in group.words.iter_mut().zip(words).filter(|(common, word)| common != word) {
                    *common = masked(word);
                }
                group.members.push(i);
                group.folded |= entry.folded;
            }
            None => groups.push(Group { words: words.iter().map(|w| (*w).to_owned()).collect(), members: vec![i], folded: entry.folded }),
        }
    }
    let many = by_beginning.into_values().flatten().filter(|group| group.members.len() >= ALIKE || group.folded && group.members.len() > 1);
    let many: Vec<(Vec<usize>, String)> = many.map(|group| (group.members, group.words.join(" "))).collect();
    let mut slots: Vec<Option<Entry>> = entries.into_iter().map(Some).collect();
    for (members, text) in many {
        let mut members = members.into_iter();
        let Some(mut first) = members.next().and_then(|i| slots.get_mut(i)?.take().map(|entry| (i, entry))) else { continue };
        for other in members.filter_map(|i| slots.get_mut(i)?.take()) {
            first.1.absorb(other);
        }
        first.1.pattern.text = text;
        first.1.folded = true;
        if let Some(slot) = slots.get_mut(first.0) {
            *slot = Some(first.1);
        }
    }
    slots.into_iter().flatten().collect()
}

/// `<*>`, with the mark that a word ends with.
fn masked(word: &str) -> String {
    let mark = word.get(1..).and_then(|rest| rest.chars().last()).filter(|c| matches!(c, ',' | ':' | ')' | ']'));
    format!("<*>{}", mark.map(String::from).unwrap_or_default())
}

/// Whether three words in five are the same.
fn is_alike(common: &[String], words: &[&str]) -> bool {
    let same = common.iter().zip(words).filter(|(a, b)| a == *b).count();
    same * 5 >= words.len() * 3
}
