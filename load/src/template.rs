//! Error lines to templates: what differs between copies of a line becomes `<*>`.

/// Longest template, in bytes; longer lines are cut before they are compared.
const TEMPLATE_LIMIT: usize = 240;

/// The line with numbers, ids, addresses and quoted words masked.
pub(crate) fn template(line: &str) -> String {
    let mut out = String::with_capacity(line.len().min(TEMPLATE_LIMIT));
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        if out.len() >= TEMPLATE_LIMIT {
            out.push('…');
            break;
        }
        if matches!(first, '"' | '\'')
            && let Some(end) = rest[1..].find(first).filter(|&end| end > 0 && end < 120)
        {
            out.push_str("<*>");
            rest = &rest[end + 2..];
            continue;
        }
        if first.is_alphanumeric() {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '/'))).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let kept = word.trim_end_matches(['.', ':', '-', '/']);
            if is_variable(kept) {
                if !out.ends_with("<*>") && !out.ends_with("<*> ") {
                    out.push_str("<*>");
                }
                out.push_str(&word[kept.len()..]);
            } else {
                out.push_str(word);
            }
            rest = after;
            continue;
        }
        if !(first.is_whitespace() && out.ends_with(' ')) {
            out.push(if first.is_whitespace() { ' ' } else { first });
        }
        rest = &rest[first.len_utf8()..];
    }
    out.trim_end().to_owned()
}

/// Whether a word is a value rather than a part of the sentence: it has a digit, and is not a short code such as `E11000`
/// at the beginning of a name.
fn is_variable(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn copies_of_a_line_share_a_template() {
        let a = template("Failed to connect to MongoDB: 10.96.0.50:27017: [Errno 111] Connection refused (pid 17)");
        let b = template("Failed to connect to MongoDB: 10.96.0.51:27017: [Errno 111] Connection refused (pid 9)");
        assert_eq!(a, b);
        assert_eq!(a, "Failed to connect to MongoDB: <*>: [Errno <*>] Connection refused (pid <*>)");
        assert_eq!(template("KeyError: 'DB_URI'"), "KeyError: <*>");
        assert_ne!(template("permission denied"), template("connection refused"));
    }
}
