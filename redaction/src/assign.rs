//! Secrets by the name before them: `password=x`, `"password": "x"`, `--password x`, `<password>x</password>`, `password => 'x'`, `PASSWORD 'x'`, …
//!
//! A regular expression cannot weigh a name's words, a value's look and the prose around both; this small hand-written reader can. A
//! log that says `password: must not be empty` keeps its words, `password: hunter2` does not.

use crate::TextKind;
use crate::fold;
use crate::keys::{self, Sensitivity};
use crate::span::{Rank, Span};
use crate::{placeholder, values};

const RULE_STRONG: &str = "password-assignment";
const RULE_WEAK: &str = "secret-assignment";
/// A longer value is no word, no reference and nothing else that may stay: it is not looked at, so that a line takes time as it has bytes.
const MAX_LOOK: usize = 4096;
/// Longest name.
const MAX_NAME: usize = 256;
/// Fields whose value is the name of what stands in the field beside it.
const NAMING: &[&str] = &["name", "key", "header", "parameter", "option", "property", "field", "variable"];

/// What joins a name to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// `=`, `:=`, `=>`, `:` without a space: nothing but a value follows.
    Tight,
    /// `: `: a value, or prose.
    Colon,
    /// `--flag value`.
    Flag,
    /// `<name>value<`.
    Element,
    /// `PASSWORD 'x'`: only a quoted value counts.
    Bare,
}

/// Finds assignments around the hints (positions inside names).
pub(crate) fn find(text: &[u8], hints: &[usize], kind: TextKind, spans: &mut Vec<Span>) {
    let mut last_start = usize::MAX;
    let mut covered = 0;
    for hint in hints {
        let Some((start, end)) = name_at(text, *hint).filter(|(start, _)| *start != last_start) else { continue };
        last_start = start;
        // Inside a value without quotes that goes, the value of another name ends no later.
        let inside = |at: usize| at < covered && text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if matches!(text.get(end), Some(b'=' | b':')) && inside(end + 1) {
            continue;
        }
        let Some(name) = text.get(start..end).and_then(|name| std::str::from_utf8(name).ok()) else { continue };
        let sensitivity = keys::sensitivity(name);
        if sensitivity == Sensitivity::None || placeholder::is_redacted(name) || is_about(text, start) {
            continue;
        }
        let found = value(text, start, end, sensitivity, kind).or_else(|| value_beside(text, start, end, sensitivity));
        if let Some((from, to)) = found {
            if from.checked_sub(1).and_then(|at| text.get(at)).is_some_and(|byte| !is_closing(*byte)) {
                covered = to;
            }
            let rule = if sensitivity == Sensitivity::Strong { RULE_STRONG } else { RULE_WEAK };
            spans.push(Span { from: start, ..Span::new(from, to, rule, Rank::Context) });
        }
    }
}

/// Whether a name around `start..end` announces a secret and is followed by something that could join it to a value: the test before all
/// others. Gives back whether that value may stand on the next line, or go on there.
pub(crate) fn announces(text: &[u8], start: usize, end: usize) -> Option<bool> {
    let rest = text.get(end..).unwrap_or_default();
    let tail = rest.iter().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    let rest = rest.get(tail..).unwrap_or_default();
    let closing = rest.iter().take(4).take_while(|byte| is_closing(**byte)).count();
    let rest = rest.get(closing..).unwrap_or_default();
    let gap = rest.iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let after = rest.get(gap..).unwrap_or_default();
    let named = || {
        let (start, end) = name_at(text, start)?;
        Some((start, end, std::str::from_utf8(text.get(start..end)?).ok()?))
    };
    let joins = match after.first() {
        // A name may be cut by the end of its line: what follows it is seen when the lines are joined. A placeholder is whole.
        None | Some(b'\n' | b'\r') => {
            let name = name_at(text, start).and_then(|(start, end)| text.get(start..end)).unwrap_or_default();
            let cut = placeholder::next(name, 0).is_none();
            return cut.then(|| fold::is_near_end(text, end));
        }
        Some(b'=' | b':' | b'>' | b'-' | b'?') => true,
        // `"--password", "x"`, `"name": "password", "value": …`: the name is itself a value.
        Some(b',' | b';' | b'<' | b']' | b'}') => is_value(text, start),
        Some(b'"' | b'\'' | b'`') => gap > 0,
        Some(b'v' | b'V') if gap > 0 && closing > 0 => is_value(text, start),
        Some(_) => gap > 0 && closing == 0 && is_flag(text, start),
    };
    let (name_start, name_end, name) = named().filter(|_| joins)?;
    let sensitivity = keys::sensitivity(name);
    if sensitivity == Sensitivity::None || placeholder::is_redacted(name) {
        return None;
    }
    let direct = gap == 0 && matches!(after.first(), Some(b'=' | b':'));
    let complete = direct.then(|| complete(text, name_start, name_end)).flatten();
    if complete.as_ref().is_some_and(|place| secret(text, place, name_start, sensitivity, TextKind::Message).is_none()) {
        return None;
    }
    Some(complete.is_none() && fold::is_near_end(text, end))
}

/// Where the value of a name stands that has it right behind it, with more words after it on the same line, as most names in logs have
/// (`key=user:7 ttl=3600`): whatever the next line says, and whatever kind of text it is, that is the value.
fn complete(text: &[u8], name_start: usize, name_end: usize) -> Option<Place> {
    let place = place(text, name_start, name_end, TextKind::Message).filter(|place| place.joint == Joint::Tight)?;
    let rest = text.get(place.end..).unwrap_or_default();
    let signs = rest.iter().take_while(|byte| b"\"'`.,:;)]}".contains(byte)).count();
    let blanks = rest.get(signs..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let more = rest.get(signs + blanks).is_some_and(u8::is_ascii_alphanumeric);
    let apart = blanks > 0 || rest.get(..signs).is_some_and(|signs| signs.contains(&b','));
    (place.start < place.end && more && apart).then_some(place)
}

/// Whether the name is the second half of `checksum/secret` and the like.
fn is_about(text: &[u8], start: usize) -> bool {
    let Some(before) = text.get(..start).and_then(|before| before.strip_suffix(b"/")) else { return false };
    let length = before.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    before.get(before.len() - length..).and_then(|name| std::str::from_utf8(name).ok()).is_some_and(keys::is_public)
}

/// Whether what stands before the name's beginning makes it a value or an item of a list.
fn is_value(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let name = before.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    let before = before.get(..before.len() - name).unwrap_or_default();
    let before = before.get(before.len().saturating_sub(8)..).unwrap_or_default();
    let before = before.get(memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..).unwrap_or_default().trim_ascii_end();
    before.is_empty() || before.last().is_some_and(|byte| b"\"'`\\:=>[,".contains(byte))
}

fn is_flag(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let name = before.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    text.get(at - name) == Some(&b'-')
}

/// The whole name around a position inside it.
pub(crate) fn name_at(text: &[u8], hint: usize) -> Option<(usize, usize)> {
    let before = text.get(..hint)?.iter().rev().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    let after = text.get(hint..)?.iter().take(MAX_NAME).take_while(|byte| is_name(**byte)).count();
    Some((hint - before, hint + after))
}

/// Whether the name that ends there is the key of a YAML block: `key: |`, `key: >-`.
pub(crate) fn opens_block(line: &[u8], name_end: usize) -> bool {
    let rest = line.get(name_end..).unwrap_or_default();
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let Some(rest) = rest.strip_prefix(b":") else { return false };
    let rest = rest.trim_ascii();
    let rest = memchr::memmem::find(rest, b" #").and_then(|at| rest.get(..at)).unwrap_or(rest).trim_ascii_end();
    matches!(rest.first(), Some(b'|' | b'>')) && rest.iter().skip(1).all(|byte| b"+-123456789".contains(byte))
}

/// Whether the name is all that the line says, as the value of `name` (`Some(false)`) or as a flag in a list (`Some(true)`).
pub(crate) fn is_name_alone(line: &[u8], start: usize, end: usize) -> Option<bool> {
    let rest = line.get(end..)?.trim_ascii();
    let rest = rest.get(rest.iter().take_while(|byte| is_closing(**byte) || **byte == b',').count()..)?;
    if !rest.is_empty() && !rest.starts_with(b"</") {
        return None;
    }
    let before = line.get(..start)?.trim_ascii_end();
    let quotes = before.iter().rev().take_while(|byte| is_closing(**byte)).count();
    let before = before.get(..before.len() - quotes)?.trim_ascii_end();
    if line.get(start) == Some(&b'-') {
        let before = before.get(fold::head(before)..)?;
        return (before.is_empty() || before == b"-" || before.ends_with(b"[") || before.ends_with(b",")).then_some(true);
    }
    let before = before.strip_suffix(b":").or_else(|| before.strip_suffix(b"=")).or_else(|| before.strip_suffix(b">"))?.trim_ascii_end();
    let quotes = before.iter().rev().take_while(|byte| is_closing(**byte)).count();
    let before = before.get(..before.len() - quotes)?;
    let length = before.iter().rev().take_while(|byte| is_name(**byte)).count();
    let key = before.get(before.len() - length..)?;
    NAMING.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes())).then_some(false)
}

/// The item of a list that is the whole line: `- x`, `"x",`.
pub(crate) fn list_item(line: &[u8], head: usize) -> Option<(usize, usize)> {
    let words = line.get(head..)?;
    let dash = if words.starts_with(b"- ") { 2 } else { 0 };
    let words = words.get(dash..)?.trim_ascii_end();
    let words = words.strip_suffix(b",").unwrap_or(words);
    let quotes = words.iter().take_while(|byte| is_closing(**byte)).count();
    let closing = words.iter().rev().take_while(|byte| is_closing(**byte)).count();
    let (start, end) = (head + dash + quotes, (head + dash + words.len()).checked_sub(closing)?);
    (start < end && line.get(start) != Some(&b'-')).then_some((start, end))
}

/// `"name": "password", "value": "x"`, `<add key="password" value="x"/>`, `<name>password</name><value>x</value>`.
fn value_beside(text: &[u8], start: usize, end: usize, sensitivity: Sensitivity) -> Option<(usize, usize)> {
    if !is_value(text, start) {
        return None;
    }
    let rest = text.get(end..)?;
    let closing = rest.iter().take_while(|byte| is_closing(**byte)).count();
    let mut at = end + closing;
    if let Some(element) = text.get(at..)?.strip_prefix(b"</") {
        at += 2 + memchr::memchr(b'>', element.get(..MAX_NAME).unwrap_or(element))? + 1;
    }
    let signs = text.get(at..)?.iter().take(64).take_while(|byte| is_closing(**byte) || b" \t\r\n,;<".contains(byte)).count();
    if closing + signs == 0 {
        return None;
    }
    let (start, end) = named_value(text, at + signs)?;
    values::is_secret(&String::from_utf8_lossy(text.get(start..end)?), sensitivity).then_some((start, end))
}

/// The value, a secret or not, on a line that is `value: x`, `"value": "x"` or `<value>x</value>`.
pub(crate) fn named_value(line: &[u8], head: usize) -> Option<(usize, usize)> {
    let words = line.get(head..)?;
    let signs = words.iter().take_while(|byte| is_closing(**byte) || **byte == b'<').count();
    let start = head + signs;
    let length = line.get(start..)?.iter().take_while(|byte| is_name(**byte)).count();
    let name = line.get(start..start + length)?;
    (name.eq_ignore_ascii_case(b"value") || name.eq_ignore_ascii_case(b"defaultValue"))
        .then(|| place(line, start, start + length, TextKind::Config))?
        .map(|place| (place.start, place.end))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80
}

/// What may close a quoted name.
fn is_closing(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`' | b'\\')
}

/// Where a name's value stands.
struct Place {
    joint: Joint,
    /// With its quote.
    at: usize,
    start: usize,
    end: usize,
}

fn place(text: &[u8], name_start: usize, name_end: usize, kind: TextKind) -> Option<Place> {
    let (joint, at) = joint(text, name_start, name_end)?;
    let (start, end) = match text.get(at)? {
        quote @ (b'"' | b'\'' | b'`') => {
            let start = at + 1;
            (start, start + quoted_len(text.get(start..)?, *quote))
        }
        b'[' if matches!(text.get(at + 1), Some(b'"' | b'\'')) && matches!(joint, Joint::Tight | Joint::Colon) => {
            let start = at + 2;
            (start, start + quoted_len(text.get(start..)?, *text.get(at + 1)?))
        }
        b'{' | b'[' if joint == Joint::Tight && text.get(name_end).is_some_and(|byte| is_closing(*byte)) => return None,
        _ if joint == Joint::Bare => return None,
        _ if joint == Joint::Element => (at, at + text.get(at..)?.iter().take_while(|byte| **byte != b'<' && **byte != b'\n').count()),
        b'{' | b'[' if joint == Joint::Colon && !text.get(at..)?.starts_with(b"{{") => return None,
        b'|' | b'>' | b'&' | b'*' if joint == Joint::Colon && is_yaml_sign(text.get(at..)?) => return None,
        _ if joint == Joint::Colon && kind == TextKind::Config && opens_line(text, name_start) => (at, at + line_len(text.get(at..)?)),
        _ => (at, at + bare_len(text, at)),
    };
    let (start, end) = with_scheme(text, start, end);
    Some(Place { joint, at, start, end })
}

fn value(text: &[u8], name_start: usize, name_end: usize, sensitivity: Sensitivity, kind: TextKind) -> Option<(usize, usize)> {
    secret(text, &place(text, name_start, name_end, kind)?, name_start, sensitivity, kind)
}

/// What stands there, when it is a secret.
fn secret(text: &[u8], place: &Place, name_start: usize, sensitivity: Sensitivity, kind: TextKind) -> Option<(usize, usize)> {
    let Place { joint, at, start, end } = *place;
    let value = text.get(start..end)?;
    if value.len() > MAX_LOOK {
        return Some((start, end));
    }
    let lossy = String::from_utf8_lossy(value);
    let mut wanted = values::is_secret(&lossy, sensitivity);
    // In prose the next word of `token: expired` or `password: must be …` is no value.
    if wanted
        && joint == Joint::Colon
        && kind != TextKind::Config
        && !matches!(text.get(at), Some(b'"' | b'\'' | b'`'))
        && values::is_wordy(&lossy)
    {
        let alone = text.get(end..)?.iter().take_while(|byte| **byte != b'\n').all(|byte| byte.is_ascii_whitespace());
        wanted = alone && opens_line(text, name_start);
    }
    wanted.then_some((start, end))
}

/// What follows the name: how it is joined, and where the value starts.
fn joint(text: &[u8], name_start: usize, name_end: usize) -> Option<(Joint, usize)> {
    let spaces = |at: usize| text.get(at..).unwrap_or_default().iter().take(64).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = name_start.checked_sub(1).and_then(|at| text.get(at));
    let closing = text.get(name_end..)?.iter().take(2).take_while(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']')).count();
    let mut at = name_end + closing;
    if before == Some(&b'<') && text.get(at) == Some(&b'>') {
        return Some((Joint::Element, at + 1));
    }
    let gap = spaces(at);
    at += gap;
    let rest = text.get(at..)?;
    if rest.starts_with(b"==") || rest.starts_with(b"::") {
        return None;
    }
    let default: &[&[u8]] = if name_start >= 2 && text.get(name_start - 1) == Some(&b'{') { &[b":-", b":=", b"-", b"="] } else { &[] };
    if !default.is_empty() && (rest.starts_with(b":?") || rest.starts_with(b"?") || rest.starts_with(b":+")) {
        return None; // the shell's own message when there is no value, or what stands there when there is
    }
    for sign in default.iter().copied().chain([&b"=>"[..], b":=", b"->", b"?=", b"="]) {
        if rest.starts_with(sign) {
            let after = at + sign.len();
            return Some((Joint::Tight, after + spaces(after)));
        }
    }
    if rest.first() == Some(&b':') {
        let space = spaces(at + 1);
        return Some((if space == 0 || closing > 0 { Joint::Tight } else { Joint::Colon }, at + 1 + space));
    }
    if gap > 0 && closing == 0 {
        let flag = text.get(name_start) == Some(&b'-') && !is_another_flag(rest);
        return Some((if flag { Joint::Flag } else { Joint::Bare }, at));
    }
    None
}

/// Whether there is the sign of a YAML block, an anchor or an alias.
fn is_yaml_sign(rest: &[u8]) -> bool {
    let (sign, rest) = rest.split_at(1.min(rest.len()));
    let word = rest.get(..rest.iter().take_while(|byte| !byte.is_ascii_whitespace()).count()).unwrap_or_default();
    match sign {
        b"|" | b">" => word.iter().all(|byte| b"+-123456789".contains(byte)),
        _ => values::is_wordy(&String::from_utf8_lossy(word)),
    }
}

/// Whether what follows a flag is a flag, not its value: passwords may begin with a hyphen, too.
fn is_another_flag(rest: &[u8]) -> bool {
    let Some(word) = rest.strip_prefix(b"-") else { return false };
    let word = word.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'-').count();
    let count = |is: fn(&u8) -> bool| word.iter().filter(|byte| is(byte)).count();
    let random = word.len() >= 5 && count(u8::is_ascii_digit) > 0 && count(u8::is_ascii_uppercase) > 1;
    // `-v`, `-p8080`, `-Xmx512m`, `--verbose`, `-listen=:8080`.
    word.len() < 6 && !random || word.starts_with(b"-") || letters * 2 > word.len() || word.starts_with(b"X") || word.contains(&b'=')
}

/// Length up to the closing quote that is not escaped; to the line's end when there is none.
fn quoted_len(text: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => break,
            _ if *byte == quote => break,
            _ => {}
        }
        at += 1;
    }
    at.min(text.len())
}

/// The rest of the line, without a comment.
fn line_len(text: &[u8]) -> usize {
    let line = text.iter().take_while(|byte| **byte != b'\n').count();
    let line = text.get(..line).unwrap_or_default();
    let line = memchr::memmem::find(line, b" #").and_then(|at| line.get(..at)).unwrap_or(line);
    line.trim_ascii_end().len()
}

/// Length of a value without quotes. Punctuation ends it only where something else begins: passwords have punctuation too.
fn bare_len(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let quoted = inside_quotes(text, start);
    let mut open = 0;
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        let next = rest.get(at + 1);
        let ends = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'<' | 0 => true,
            b'\\' => quoted || matches!(next, Some(b'"' | b'\'')),
            b'&' | b',' | b';' | b'|' => {
                next.is_none_or(|byte| {
                    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'&' | b'|' | b'}' | b']' | b')' | b'{' | b'[')
                }) || names_something(rest.get(at + 1..).unwrap_or_default())
            }
            b')' | b']' | b'}' if open > 0 => {
                open -= 1;
                false
            }
            b'(' | b'[' | b'{' => {
                open += 1;
                false
            }
            b')' | b']' | b'}' => next.is_none_or(|byte| byte.is_ascii_whitespace() || b",;.:)]}\"'`|&\\/".contains(byte)),
            _ => false,
        };
        if ends {
            break;
        }
        at += 1;
    }
    // A full stop or colon at the end belongs to the sentence.
    let value = rest.get(..at).unwrap_or_default();
    at - value.iter().rev().take_while(|byte| matches!(byte, b'.' | b':' | b',' | b';')).count()
}

/// Whether `name=` or `name:` stands there.
fn names_something(text: &[u8]) -> bool {
    let name = text.iter().take(64).take_while(|byte| is_name(**byte) || **byte == b'"').count();
    name > 0 && matches!(text.get(name), Some(b'=' | b':'))
}

/// Whether a position is inside a double-quoted string, where a backslash begins an escape.
fn inside_quotes(text: &[u8], at: usize) -> bool {
    let line = text.get(..at).unwrap_or_default();
    let line = line.get(memchr::memrchr(b'\n', line).map_or(0, |end| end + 1)..).unwrap_or_default();
    let line = line.get(line.len().saturating_sub(MAX_LOOK)..).unwrap_or(line);
    let mut open = false;
    let mut escaped = false;
    for byte in line {
        match byte {
            b'\\' => escaped = !escaped,
            b'"' if !escaped => open = !open,
            _ => escaped = false,
        }
        if *byte != b'\\' {
            escaped = false;
        }
    }
    open
}

/// `Bearer x`, `Basic x`: the scheme stays, the value is what follows.
fn with_scheme(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let value = text.get(start..end).unwrap_or_default();
    let first = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let scheme = value.get(..first).unwrap_or_default();
    if ![&b"bearer"[..], b"basic", b"token", b"apikey", b"negotiate", b"digest"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return (start, end);
    }
    if first < value.len() {
        let gap = value.get(first..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count();
        return if gap > 0 { (start + first + gap, end) } else { (start, end) };
    }
    if text.get(end) == Some(&b' ') {
        return (end + 1, end + 1 + bare_len(text, end + 1));
    }
    (start, end)
}

/// Whether the name is the first thing on its line, behind spaces, a list dash or `export`.
fn opens_line(text: &[u8], name_start: usize) -> bool {
    let before = text.get(..name_start).unwrap_or_default();
    let line = before.get(memchr::memrchr(b'\n', before).map_or(0, |end| end + 1)..).unwrap_or_default().trim_ascii();
    let line = line.strip_suffix(b"\"").or_else(|| line.strip_suffix(b"'")).unwrap_or(line).trim_ascii();
    line.is_empty() || line == b"-" || line == b"export"
}

#[cfg(test)]
mod tests {
    use crate::{Level, Redactor, TextKind};

    fn redacted(text: &str, kind: TextKind) -> String {
        String::from_utf8(Redactor::new([3; 32], Level::Default).redact_text(text.as_bytes(), kind).0.into_owned()).unwrap()
    }

    #[test]
    fn a_password_may_begin_with_a_hyphen_and_a_flag_is_none() {
        for text in ["--password -RS8LS --verbose", "--password -q7Tz-w2K"] {
            let secret = text.split(' ').nth(1).unwrap();
            assert!(!redacted(text, TextKind::Message).contains(secret), "{text}");
        }
        for text in ["--password -v", "--password -p8080 db", "--password --verbose", "--password -Xmx512m"] {
            assert_eq!(redacted(text, TextKind::Message), text);
        }
    }

    #[test]
    fn syntaxes() {
        for (before, after) in [
            ("password=", " user=bob"),
            ("\"password\":\"", "\",\"user\":\"bob\""),
            ("{\\\"password\\\":\\\"", "\\\",\\\"user\\\":\\\"bob\\\"}"),
            ("mysql --password ", " -h db"),
            ("mysql --password=", " -h db"),
            ("<password>", "</password>"),
            ("password => '", "', user"),
            ("password := \"", "\""),
            ("export DB_PASSWORD=", ""),
            ("ALTER USER x PASSWORD '", "'"),
            ("password: ", ""),
            ("map[password:", " user:bob]"),
            ("?user=bob&password=", "&tls=true"),
            ("config['password'] = '", "'"),
            ("{password: ", ", user: bob}"),
            ("Authorization: Bearer ", ""),
            ("-H 'Authorization: Bearer ", "' http://x"),
            ("\"msg: password=", "\\nuser=bob\""),
        ] {
            let text = format!("{before}Hx7-kk2Q{after}");
            for kind in [TextKind::Log, TextKind::Config] {
                let out = redacted(&text, kind);
                assert!(!out.contains("Hx7-kk2Q"), "{text} → {out}");
                assert!(out.starts_with(before) && out.ends_with(after), "{text} → {out}");
            }
        }
    }

    #[test]
    fn passwords_with_punctuation_go_whole() {
        for (text, left) in
            [("password=Tr0ub4dor&3,x user=bob", "Tr0|dor|,x"), ("{password=a)b}c, user=x}", "a)b|}c"), ("password=qu\\nzz end", "qu|zz")]
        {
            let out = redacted(text, TextKind::Log);
            assert!(left.split('|').all(|part| !out.contains(part)), "{text} → {out}");
        }
    }

    #[test]
    fn prose_stays() {
        for text in [
            "password authentication failed for user \"shepherd\"",
            "token expired",
            "secret \"shepherd-secret\" not found",
            "couldn't find key mongodb-url in Secret production/shepherd-secret",
            "password: must be at least 8 characters",
            "invalid token: signature mismatch",
            "Error: secret: not found",
            "no password given",
            "token: expired at 10:00",
            "SecretKeyRef: mongodb-url",
            "secret=shepherd-secret key=mongodb-url",
            "passwordPolicy: strict",
            "automountServiceAccountToken: false",
            "tokenExpirationSeconds: 3607",
            "max_tokens=4096",
            "secretName: shepherd-tls",
            "password=$(DB_PASSWORD)",
            "token_path=/var/run/secrets/token",
            "password == nil",
            "MountVolume.SetUp failed for volume \"creds\" : secret \"mongodb-creds\" not found",
            "Failed to pull image: unauthorized: authentication required",
            "checking token: ok",
            "tests passed: 12",
            "bypass=true",
        ] {
            assert_eq!(redacted(text, TextKind::Log), text);
        }
    }
}
