//! Masks that a redactor put into YAML as text: `ip: ***HIDDEN***` is an alias to YAML, and two masked keys are one.

use std::borrow::Cow;

/// How masks begin.
const MASK: &str = "***";

/// Whether a text holds masks.
pub(crate) fn are_in(text: &str) -> bool {
    text.contains(MASK)
}

/// The text with quotes around plain scalars that begin with a mask.
pub(crate) fn quoted(text: &str) -> Cow<'_, str> {
    if !are_in(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_inclusive('\n').map(line).collect())
}

fn line(line: &str) -> Cow<'_, str> {
    let body = line.trim_end();
    let start = body.len() - body.trim_start_matches([' ', '-']).len();
    let Some((at, end)) = scalar(body, start) else { return Cow::Borrowed(line) };
    let (Some(before), Some(masked), Some(after)) = (line.get(..at), line.get(at..end), line.get(end..)) else {
        return Cow::Borrowed(line);
    };
    Cow::Owned(format!("{before}\"{}\"{after}", masked.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Where a scalar of a line begins with a mask, and where it ends: a key, an item, or a value.
fn scalar(body: &str, start: usize) -> Option<(usize, usize)> {
    let rest = body.get(start..)?;
    let colon = rest.find(": ").or_else(|| rest.ends_with(':').then(|| rest.len() - 1));
    if rest.starts_with(MASK) {
        return Some((start, colon.map_or(body.len(), |colon| start + colon)));
    }
    let value = start + colon? + 2;
    body.get(value..)?.starts_with(MASK).then_some((value, body.len()))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_what_begins_with_a_mask_is_quoted() {
        for (text, wanted) in [
            ("  ip: ***HIDDEN***\n", "  ip: \"***HIDDEN***\"\n"),
            ("- ***HIDDEN***:10000\r\n", "- \"***HIDDEN***:10000\"\r\n"),
            ("***HIDDEN***: ***A***", "\"***HIDDEN***\": ***A***"),
            ("  ***HIDDEN***:\n    a: 1\n", "  \"***HIDDEN***\":\n    a: 1\n"),
            ("url: http://***HIDDEN***\n", "url: http://***HIDDEN***\n"),
            ("a: '***HIDDEN***'\n", "a: '***HIDDEN***'\n"),
            ("a: &x 1\nb: *x\n", "a: &x 1\nb: *x\n"),
        ] {
            assert_eq!(quoted(text), wanted, "{text}");
        }
    }
}
