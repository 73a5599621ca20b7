//! Which characters of a bundle are shown as themselves.
//!
//! A log line may carry an escape sequence that rewrites a terminal, a mark that reverses the order of what follows, or
//! characters that nobody sees. Hiding them would hide an attack, so they are shown as `⟨U+202E⟩`. Every format calls
//! this first and then escapes for its own syntax; no format decides for itself.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text that stays on one line: a title, a name, a cell. A line break becomes `↵`, a tab becomes a space.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |c| is_unsafe(c) || matches!(c, '\n' | '\t'))
}

/// Text that may have several lines: a quote, a command. Line breaks and tabs stay, `\r\n` becomes `\n`.
pub fn block(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") {
        return Cow::Owned(block(&text.replace("\r\n", "\n")).into_owned());
    }
    replace(text, is_unsafe)
}

/// Whether a character may never reach a screen as itself: it moves the cursor, reorders text, or is not seen.
/// Line feed and tab are left to the caller.
pub fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'   // controls: C0, DEL, C1
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' // direction
        | '\u{2028}' | '\u{2029}'                                     // line breaks that tools disagree about
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' // not seen
        | '\u{fe00}'..='\u{fe0e}'                                     // variations; U+FE0F is part of common emoji
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'           // annotation marks, no characters
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' // formats, tags
        | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'        // private: looks like whatever a font says
    )
}

fn replace(text: &str, unwanted: impl Fn(char) -> bool) -> Cow<'_, str> {
    let Some(first) = text.find(&unwanted) else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut characters = text[first..].chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\r' if unwanted('\n') && characters.peek() == Some(&'\n') => {}
            '\n' if unwanted(c) => out.push('↵'),
            '\t' if unwanted(c) => out.push(' '),
            c if unwanted(c) => {
                // Writing to a String does not fail.
                let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_text_is_borrowed_and_unchanged() {
        assert!(matches!(line("pod \"shepherd-0\" → ümläut ✓ 漢字 ⚠️"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_moves_reorders_or_hides_is_shown() {
        assert_eq!(line("a\u{1b}[2Jb"), "a⟨U+001B⟩[2Jb");
        assert_eq!(line("txt\u{202e}exe"), "txt⟨U+202E⟩exe");
        assert_eq!(line("a\u{200b}b\u{e0041}"), "a⟨U+200B⟩b⟨U+E0041⟩");
        assert_eq!(line("one\r\ntwo\tthree\rfour"), "one↵two three⟨U+000D⟩four");
        assert_eq!(block("one\r\ntwo\tthree\rfour\u{9b}"), "one\ntwo\tthree⟨U+000D⟩four⟨U+009B⟩");
    }

    proptest! {
        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(|c| is_unsafe(c) || c == '\n' || c == '\t'));
            prop_assert!(!block(&text).chars().any(is_unsafe));
        }

        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = block(&text).into_owned();
            prop_assert_eq!(block(&once).into_owned(), once.clone());
            let once = line(&text).into_owned();
            prop_assert_eq!(line(&once).into_owned(), once.clone());
        }
    }
}
