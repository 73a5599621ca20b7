//! Prose in lines of a given width; names between backticks are bold where colours are.

use unicode_width::UnicodeWidthChar;

use crate::sanitize;
use crate::words::{Piece, pieces};

/// Text between two blanks: fragments, each a name or not.
type Word = Vec<(String, bool)>;

/// At most `most` lines; what does not fit ends in `…`.
pub(super) fn wrapped(prose: &str, width: usize, most: usize, colour: bool) -> Vec<String> {
    let prose = sanitize::line(prose);
    let mut lines: Vec<Vec<Word>> = Vec::new();
    let mut used = 0;
    for word in words(&prose, colour).into_iter().flat_map(|word| parts_that_fit(word, width)) {
        let wide = width_of(&word);
        match lines.last_mut() {
            Some(line) if used + 1 + wide <= width => {
                line.push(word);
                used += 1 + wide;
            }
            _ => {
                if lines.len() == most {
                    mark_cut(lines.last_mut(), used, width);
                    break;
                }
                lines.push(vec![word]);
                used = wide;
            }
        }
    }
    lines.iter().map(|line| line.iter().map(painted).collect::<Vec<_>>().join(" ")).collect()
}

/// Ends a line in `…`, for which it gives its last words where it is full.
fn mark_cut(line: Option<&mut Vec<Word>>, mut used: usize, width: usize) {
    let Some(line) = line else { return };
    while used + 2 > width && line.len() > 1 {
        used -= line.pop().map_or(0, |word| width_of(&word) + 1);
    }
    if used + 2 <= width {
        line.push(vec![("…".to_owned(), false)]);
    }
}

fn width_of(word: &Word) -> usize {
    // Character by character, as a word is cut: a cluster may be narrower than its parts, never wider.
    word.iter().flat_map(|(text, _)| text.chars()).filter_map(UnicodeWidthChar::width).sum()
}

/// Text cut at a number of characters.
pub(super) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn words(prose: &str, colour: bool) -> Vec<Word> {
    let mut words: Vec<Word> = vec![Word::new()];
    for piece in pieces(prose) {
        let (text, name) = match piece {
            Piece::Text(text) => (text.to_owned(), false),
            Piece::Code(code) if colour => (code.to_owned(), true),
            Piece::Code(code) => (format!("`{code}`"), false),
        };
        for (i, part) in text.split(' ').enumerate() {
            if i > 0 {
                words.push(Word::new());
            }
            if let (false, Some(word)) = (part.is_empty(), words.last_mut()) {
                word.push((part.to_owned(), name));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A word, cut where it is wider than a line.
fn parts_that_fit(word: Word, width: usize) -> Vec<Word> {
    let mut all = vec![Word::new()];
    let mut used = 0;
    for (text, name) in word {
        let mut part = String::new();
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > width {
                push_part(&mut all, std::mem::take(&mut part), name);
                all.push(Word::new());
                used = 0;
            }
            part.push(c);
            used += wide;
        }
        push_part(&mut all, part, name);
    }
    all
}

fn push_part(all: &mut [Word], part: String, name: bool) {
    if let (false, Some(word)) = (part.is_empty(), all.last_mut()) {
        word.push((part, name));
    }
}

fn painted(word: &Word) -> String {
    word.iter().map(|(text, name)| if *name { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.clone() }).collect()
}
