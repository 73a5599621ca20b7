//! The JSONPath of printer columns: fields, indexes, `[*]`, and filters that compare with a literal. A server accepts no more there.
use serde_json::Value;

/// A parsed path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Index(i64),
    All,
    Filter { path: Path, equal: bool, literal: Value },
}

impl Path {
    /// Parses `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`; nothing when it is of another form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text.trim().trim_start_matches('$');
        while !rest.is_empty() {
            if let Some(within) = rest.strip_prefix('[') {
                let end = closing(within)?;
                steps.push(Step::bracket(within.get(..end)?)?);
                rest = within.get(end + 1..)?;
            } else {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                let (field, behind) = field(name);
                if !field.is_empty() {
                    steps.push(if field == "*" { Step::All } else { Step::Field(field) });
                } else if !behind.starts_with('[') && !behind.is_empty() {
                    return None;
                }
                rest = behind;
            }
        }
        Some(Self(steps))
    }

    /// The first value it leads to.
    pub(crate) fn first<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let Some((step, rest)) = self.0.split_first() else { return Some(value) };
        let rest = Self(rest.to_vec());
        match step {
            Step::Field(name) => rest.first(value.get(name)?),
            Step::Index(index) => {
                let items = value.as_array()?;
                let at = if *index < 0 { items.len().checked_sub(usize::try_from(-index).ok()?)? } else { usize::try_from(*index).ok()? };
                rest.first(items.get(at)?)
            }
            Step::All => match value {
                Value::Array(items) => items.iter().find_map(|item| rest.first(item)),
                Value::Object(fields) => fields.values().find_map(|item| rest.first(item)),
                _ => None,
            },
            Step::Filter { path, equal, literal } => {
                let matches = |item: &&Value| path.first(item).is_some_and(|found| (found == literal) == *equal);
                value.as_array()?.iter().filter(matches).find_map(|item| rest.first(item))
            }
        }
    }
}

impl Step {
    fn bracket(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::All);
        }
        if let Some(condition) = text.strip_prefix("?(").and_then(|text| text.strip_suffix(')')) {
            let (left, equal, right) = match condition.split_once("==") {
                Some((left, right)) => (left, true, right),
                None => condition.split_once("!=").map(|(left, right)| (left, false, right))?,
            };
            let path = Path::parse(left.trim().strip_prefix('@')?)?;
            return Some(Self::Filter { path, equal, literal: literal(right.trim())? });
        }
        match literal(text)? {
            Value::String(name) => Some(Self::Field(name)),
            number => number.as_i64().map(Self::Index),
        }
    }
}

/// A name up to the next dot or bracket; `\.` is a dot of the name.
fn field(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '.' | '[' => return (name, text.get(at..).unwrap_or_default()),
            '\\' => name.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => name.push(letter),
        }
    }
    (name, "")
}

/// Where the bracket that was opened before `text` closes, quotes and inner brackets left aside.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn literal(text: &str) -> Option<Value> {
    let quoted = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    match quoted('\'').or_else(|| quoted('"')) {
        Some(inner) => Some(inner.into()),
        None => serde_json::from_str(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_of_printer_columns_lead_to_their_values() {
        let object = json!({"spec": {"n": 3, "list": [{"a": 1}, {"a": 2}], "x.y/z": "dot"},
            "status": {"conditions": [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]}});
        let at = |path: &str| Path::parse(path).and_then(|path| path.first(&object).cloned());
        assert_eq!(at(".spec.n"), Some(json!(3)));
        assert_eq!(at(".spec.list[0].a"), Some(json!(1)));
        assert_eq!(at(".spec.list[-1].a"), Some(json!(2)));
        assert_eq!(at(".spec.list[*].a"), Some(json!(1)));
        assert_eq!(at(r".spec.x\.y/z"), Some(json!("dot")));
        assert_eq!(at(".spec['x.y/z']"), Some(json!("dot")));
        assert_eq!(at(r#".status.conditions[?(@.type=="Ready")].status"#), Some(json!("True")));
        assert_eq!(at(".status.conditions[?(@.type!='Ready')].status"), Some(json!("False")));
        assert_eq!(at(".spec.absent.deeper"), None);
        assert_eq!(at(".spec.list[9]"), None);
    }

    #[test]
    fn other_forms_are_no_path_and_no_panic() {
        for text in [".spec[", "..name", ".a[?(x)]", ".a[?(@.b~'c')]", "[']"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
