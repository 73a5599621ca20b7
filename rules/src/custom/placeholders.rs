//! `{name}` in a rule's texts. Braces around anything else (`{.items[*]}`) stay as they are.

use std::collections::BTreeMap;

/// What every text may hold.
pub(super) const OBJECT: [&str; 4] = ["namespace", "pod", "container", "workload"];
/// What title and summary may hold as well, beside the pattern's named groups.
pub(super) const FIGURES: [&str; 3] = ["count", "first", "last"];

/// The text in pieces: plain text, and names.
fn pieces(text: &str) -> Vec<Result<&str, &str>> {
    let mut pieces = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(open) = rest.get(from..).and_then(|r| r.find('{')).map(|at| from + at) {
        let after = rest.get(open + 1..).unwrap_or_default();
        let name = after.split_once('}').map(|(name, _)| name).filter(|name| is_name(name));
        let Some(name) = name else {
            from = open + 1;
            continue;
        };
        pieces.push(Ok(rest.get(..open).unwrap_or_default()));
        pieces.push(Err(name));
        rest = after.get(name.len() + 1..).unwrap_or_default();
        from = 0;
    }
    pieces.push(Ok(rest));
    pieces
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Names in a text that are none of these.
pub(super) fn unknown<'t>(text: &'t str, known: &[&str]) -> Option<&'t str> {
    pieces(text).into_iter().filter_map(Result::err).find(|name| !known.contains(name))
}

/// The text with its names filled in; a group that took no part is `?`.
pub(super) fn fill(text: &str, values: &BTreeMap<&str, String>) -> String {
    let piece = |piece: Result<&str, &str>| match piece {
        Ok(plain) => plain.to_owned(),
        Err(name) => values.get(name).cloned().unwrap_or_else(|| "?".to_owned()),
    };
    pieces(text).into_iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_other_braces_stay() {
        let values = BTreeMap::from([("pod", "web-1".to_owned())]);
        assert_eq!(fill("kubectl get pod {pod} -o jsonpath='{.status}' {", &values), "kubectl get pod web-1 -o jsonpath='{.status}' {");
        assert_eq!(fill("{a} {{pod}}", &values), "? {web-1}");
        assert_eq!(unknown("{pod} {nope}", &OBJECT), Some("nope"));
        assert_eq!(unknown("{pod} {.x} {}", &OBJECT), None);
    }
}
