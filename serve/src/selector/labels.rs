//! Label selectors: `app=web,tier!=cache,env in (a,b),!legacy`; and the selectors of objects, written in that form.
use serde_json::Value;

/// Requirements that labels must all meet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels(Vec<(String, Operator)>);

#[derive(Debug, PartialEq, Eq)]
enum Operator {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

impl Labels {
    /// Parses a selector; says what is wrong with it otherwise.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        members(text).into_iter().map(str::trim).filter(|member| !member.is_empty()).map(requirement).collect::<Result<_, _>>().map(Self)
    }

    /// Whether it lets everything pass.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an object's labels meet it.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        let labels = &object["metadata"]["labels"];
        self.0.iter().all(|(key, operator)| {
            let value = labels[key.as_str()].as_str();
            match operator {
                Operator::Exists => value.is_some(),
                Operator::Absent => value.is_none(),
                Operator::In(set) => value.is_some_and(|value| set.iter().any(|member| member == value)),
                Operator::NotIn(set) => value.is_none_or(|value| set.iter().all(|member| member != value)),
                Operator::Above(bound) => value.and_then(|value| value.parse::<i64>().ok()).is_some_and(|value| value > *bound),
                Operator::Below(bound) => value.and_then(|value| value.parse::<i64>().ok()).is_some_and(|value| value < *bound),
            }
        })
    }
}

/// Splits at commas outside parentheses.
fn members(text: &str) -> Vec<&str> {
    let (mut members, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 0 => {
                members.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    members.extend(text.get(start..));
    members
}

fn requirement(text: &str) -> Result<(String, Operator), String> {
    let wrong = || format!("unable to parse requirement: {text:?}");
    let key = |key: &str| {
        let key = key.trim();
        let named = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'));
        if named { Ok(key.to_owned()) } else { Err(wrong()) }
    };
    if let Some(absent) = text.strip_prefix('!').filter(|rest| !rest.starts_with('=')) {
        return Ok((key(absent)?, Operator::Absent));
    }
    if let Some((left, set)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let set = set.split(',').map(|member| member.trim().to_owned()).collect();
        let (name, operator) = left.trim_end().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
        return match operator {
            "in" => Ok((key(name)?, Operator::In(set))),
            "notin" => Ok((key(name)?, Operator::NotIn(set))),
            _ => Err(wrong()),
        };
    }
    for (sign, negated) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((name, value)) = text.split_once(sign) {
            let set = vec![value.trim().to_owned()];
            return Ok((key(name)?, if negated { Operator::NotIn(set) } else { Operator::In(set) }));
        }
    }
    for (sign, above) in [('>', true), ('<', false)] {
        if let Some((name, bound)) = text.split_once(sign) {
            let bound = bound.trim().parse().map_err(|_| wrong())?;
            return Ok((key(name)?, if above { Operator::Above(bound) } else { Operator::Below(bound) }));
        }
    }
    Ok((key(text)?, Operator::Exists))
}

/// A map of labels as a selector: `a=1,b=2`.
pub(crate) fn of_map(labels: &Value) -> String {
    let pairs = labels.as_object().into_iter().flatten();
    pairs.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(",")
}

/// A `LabelSelector` as a selector: `a=1,b in (x,y),!c`.
pub(crate) fn of_selector(selector: &Value) -> String {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        all.push((name.clone(), format!("{name}={}", value.as_str().unwrap_or_default())));
    }
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        let name = expression["key"].as_str().unwrap_or_default();
        let mut values: Vec<&str> = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let text = match expression["operator"].as_str().unwrap_or_default() {
            "In" => format!("{name} in ({})", values.join(",")),
            "NotIn" => format!("{name} notin ({})", values.join(",")),
            "Exists" => name.to_owned(),
            "DoesNotExist" => format!("!{name}"),
            _ => continue,
        };
        all.push((name.to_owned(), text));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selectors_select_as_kubernetes_documents_them() {
        let object = json!({"metadata": {"labels": {"app": "web", "tier": "front", "weight": "7", "app.kubernetes.io/name": "w"}}});
        let matches = |text: &str| Labels::parse(text).unwrap().matches(&object);
        for text in [
            "",
            "app=web",
            "app==web",
            "app!=db",
            "absent!=x",
            "app in (db, web)",
            "app notin (db)",
            "absent notin (db)",
            "app",
            "!absent",
            "weight>6",
            "weight<8",
            "app.kubernetes.io/name=w",
            "app=web,tier in (front,back),!absent",
        ] {
            assert!(matches(text), "{text}");
        }
        for text in ["app=db", "app!=web", "app in (db)", "app notin (web,db)", "absent", "!app", "weight>7", "app>1", "app=web,tier=back"]
        {
            assert!(!matches(text), "{text}");
        }
        for text in ["a b", "a in b", "a x (b)", "=b", "a>b", "a=(b", "!"] {
            let parsed = Labels::parse(text);
            assert!(parsed.is_err() || !parsed.unwrap().matches(&object), "{text}");
        }
    }

    #[test]
    fn selectors_of_objects_are_written_as_kubectl_shows_them() {
        let selector = json!({"matchLabels": {"b": "2", "a": "1"}, "matchExpressions": [{"key": "aa", "operator": "In", "values": ["y", "x"]}, {"key": "c", "operator": "DoesNotExist"}]});
        assert_eq!(of_selector(&selector), "a=1,aa in (x,y),b=2,!c");
        assert_eq!(of_map(&json!({"z": "1", "a": "2"})), "a=2,z=1");
        assert_eq!(of_map(&Value::Null), "");
    }
}
