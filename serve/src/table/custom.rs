//! Tables of custom resources: the columns that their definitions name.
use super::age;
use crate::recording::Columns;
use jiff::Timestamp;
use serde_json::{Value, json};

/// One object's cells.
pub(super) fn cells(columns: &Columns, object: &Value, now: Timestamp) -> Vec<Value> {
    let name = object["metadata"]["name"].clone();
    let cells = columns.0.iter().map(|column| column.path.first(object).map_or(Value::Null, |value| cell(&column.r#type, value, now)));
    std::iter::once(name).chain(cells).collect()
}

/// As the table describes them.
pub(super) fn definitions(columns: &Columns) -> Vec<Value> {
    let name = json!({"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0});
    let own = columns.0.iter().map(|column| {
        json!({"name": column.name, "type": column.r#type, "format": column.format, "description": column.description, "priority": column.priority})
    });
    std::iter::once(name).chain(own).collect()
}

/// A value in the type of its column; nothing where it is of another.
fn cell(r#type: &str, value: &Value, now: Timestamp) -> Value {
    match (r#type, value) {
        (_, Value::Null) => Value::Null,
        ("integer", Value::Number(number)) => {
            number.as_i64().or_else(|| number.as_f64().map(|float| float as i64)).map_or(Value::Null, Value::from)
        }
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => value.clone(),
        ("date", Value::String(text)) => match text.parse::<Timestamp>() {
            Ok(time) => age::human(now.duration_since(time)).into(),
            Err(_) => "<invalid>".into(),
        },
        ("string", Value::String(_)) => value.clone(),
        ("string", other) => other.to_string().into(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_appear_in_the_type_of_their_column() {
        let now = "2026-11-24T03:10:00Z".parse().unwrap();
        let shown = |r#type: &str, value: Value| cell(r#type, &value, now);
        assert_eq!(shown("integer", json!(3.9)), json!(3));
        assert_eq!(shown("integer", json!("3")), Value::Null);
        assert_eq!(shown("string", json!({"a": 1})), json!("{\"a\":1}"));
        assert_eq!(shown("string", json!(true)), json!("true"));
        assert_eq!(shown("date", json!("2026-11-24T03:00:00Z")), json!("10m"));
        assert_eq!(shown("date", json!("soon")), json!("<invalid>"));
        assert_eq!(shown("boolean", json!(false)), json!(false));
    }
}
