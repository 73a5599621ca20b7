//! Text of a bundle inside Markdown: it stays text.
//!
//! A backslash is not enough. GitHub looks for mentions, issue references, e-mail addresses, emoji and formulas in the
//! *rendered* text, where a backslash is gone. It leaves code alone, so a word that could become any of these is set as
//! code. Only what CommonMark itself would read is escaped with a backslash.

use crate::sanitize;
use crate::words::{Piece, pieces};

/// Prose of a rule on one line: names between backticks are code, the rest is text.
pub(super) fn prose(text: &str) -> String {
    let line = sanitize::line(text);
    let mut out = String::with_capacity(line.len() + 16);
    for piece in pieces(line.trim()) {
        match piece {
            Piece::Text(text) => words(text, &mut out),
            Piece::Code(code) => push_code(code, &mut out),
        }
    }
    out
}

/// A value on one line, as code.
pub(super) fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_code(&sanitize::line(text), &mut out);
    out
}

/// A block of code whose fence is longer than any run of backticks inside, each line behind `indent`.
pub(super) fn block(text: &str, language: &str, indent: &str) -> String {
    let text = sanitize::block(text);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let mut out = format!("{indent}{fence}{language}\n");
    for line in text.lines() {
        out.push_str(indent);
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str(&fence);
    out.push('\n');
    out
}

fn words(text: &str, out: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let blank = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        out.push_str(&rest[..blank]);
        rest = &rest[blank..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let word = &rest[..end];
        rest = &rest[end..];
        if is_active(word) {
            // Quotes and the sentence's own marks stay outside.
            let inner = word.trim_start_matches(['"', '\'', '(']);
            let core = inner.trim_end_matches(['"', '\'', ')', ',', ';', '.', ':']);
            if core.is_empty() {
                push_code(word, out);
            } else {
                push_text(&word[..word.len() - inner.len()], out);
                push_code(core, out);
                push_text(&inner[core.len()..], out);
            }
        } else {
            push_text(word, out);
        }
    }
}

/// Whether a tool may make something of the word after it was rendered.
fn is_active(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    word.contains(['@', '#', '$'])                                    // mention or address, issue, formula
        || [":/", "www.", "mailto:", "xmpp:", "gh-"].iter().any(|s| lower.contains(s)) // link, issue
        || word.matches(':').count() > 1                               // emoji
        || word.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= 7) // commit
        || is_jira_key(word)
}

/// `PROJ-123`, as Jira links it.
fn is_jira_key(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(|part| {
        part.split_once('-').is_some_and(|(project, number)| {
            project.len() >= 2
                && project.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                && number.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

fn push_text(word: &str, out: &mut String) {
    let starts_line = out.trim_end().is_empty();
    for (i, c) in word.char_indices() {
        let begins_block = starts_line && (i == 0 && matches!(c, '+' | '-' | '=') || matches!(c, '.' | ')') && is_number(&word[..i]));
        if begins_block || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '!' | '^' | '{' | '}') {
            out.push('\\');
        }
        out.push(c);
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn push_code(code: &str, out: &mut String) {
    // Two spans that touch would read as one with a longer fence.
    if out.ends_with('`') {
        out.push(' ');
    }
    let fence = "`".repeat(longest_run(code) + 1);
    // CommonMark takes one blank off each side, and has no empty span.
    let pad = if code.starts_with('`') || code.ends_with('`') || code.starts_with(' ') || code.ends_with(' ') || code.is_empty() {
        " "
    } else {
        ""
    };
    out.push_str(&format!("{fence}{pad}{code}{pad}{fence}"));
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
