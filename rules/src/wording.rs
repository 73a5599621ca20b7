//! Turns of phrase that many rules share.

/// "1 pod", "3 pods".
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// "once", "twice", "3 times".
pub(crate) fn times(count: i64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

/// Names in prose: "`a`", "`a` and `b`", "`a`, `b` and 3 more".
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [first, second] => format!("`{first}` and `{second}`"),
        [first, second, third] => format!("`{first}`, `{second}` and `{third}`"),
        [first, second, rest @ ..] => format!("`{first}`, `{second}` and {} more", rest.len()),
    }
}

/// " (did you mean `x`?)", or nothing.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|n| format!(" (did you mean `{n}`?)")).unwrap_or_default()
}

/// An object as `kubectl` takes it: `deployment/shepherd`.
pub(crate) fn target(object: &tarbox_model::ObjectRef) -> String {
    format!("{}/{}", object.kind.to_lowercase(), object.name)
}

/// The text with a capital first letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// What a redaction has taken out of a text: the kinds in tarbox's own placeholders (`ip`, `secret`), and `""` for the mask of other
/// collectors, which does not say.
pub(crate) fn masked(text: &str) -> impl Iterator<Item = &str> {
    let own = text.split("redacted.").skip(1).filter_map(|rest| {
        let (kind, digits) = rest.split_once('.')?;
        (digits.bytes().take_while(u8::is_ascii_hexdigit).count() >= 12).then_some(kind)
    });
    own.chain(text.contains("***HIDDEN***").then_some(""))
}

/// Whether a redaction has been at work in a text.
pub(crate) fn is_masked(text: &str) -> bool {
    masked(text).next().is_some()
}
