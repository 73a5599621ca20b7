//! Answers as JSON, and operations without the values in them: a query's shape tells which index it needs, its values are somebody's data.
use mongodb::bson::Bson;
use serde_json::{Map, Value, json};

/// Fields of an operation that hold what a client sent.
const SENT: &[&str] = &["command", "originatingCommand", "query", "updateobj", "cursor"];
/// Fields of a command that say what it works on, not on what data.
const NAMES: &[&str] = &[
    "$db",
    "aggregate",
    "batchSize",
    "collection",
    "count",
    "delete",
    "distinct",
    "find",
    "findAndModify",
    "findandmodify",
    "getMore",
    "hello",
    "insert",
    "key",
    "limit",
    "skip",
    "update",
];
/// Items of a list that are shown: the shape of the rest is the same.
const ITEMS: usize = 5;

/// A BSON value as JSON: numbers as numbers, what JSON lacks in MongoDB's extended notation.
pub(super) fn json(value: Bson) -> Value {
    match value {
        Bson::Document(document) => Value::Object(document.into_iter().map(|(key, value)| (key, json(value))).collect()),
        Bson::Array(items) => items.into_iter().map(json).collect(),
        Bson::Double(number) => serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number),
        Bson::Int32(number) => number.into(),
        Bson::Int64(number) => number.into(),
        Bson::String(text) | Bson::Symbol(text) => text.into(),
        Bson::Boolean(yes) => yes.into(),
        Bson::Null | Bson::Undefined => Value::Null,
        Bson::ObjectId(id) => json!({"$oid": id.to_hex()}),
        Bson::DateTime(time) => json!({"$date": time.try_to_rfc3339_string().unwrap_or_else(|_| time.timestamp_millis().to_string())}),
        Bson::Timestamp(time) => json!({"$timestamp": {"t": time.time, "i": time.increment}}),
        Bson::Binary(binary) => json!({"$binary": format!("{} bytes", binary.bytes.len())}),
        other => other.to_string().into(),
    }
}

/// Takes the values out of a list of operations (currentOp, the profiler).
pub(super) fn operations(list: &mut Value) {
    for operation in list.as_array_mut().into_iter().flatten() {
        strip(operation);
    }
}

/// A line of the log, without values where it tells of an operation.
pub(super) fn log_line(line: &str) -> String {
    let Ok(mut entry) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    if entry["attr"]["command"].is_object() || entry["attr"]["originatingCommand"].is_object() {
        strip(&mut entry["attr"]);
        return entry.to_string();
    }
    line.to_owned()
}

fn strip(operation: &mut Value) {
    for field in SENT {
        if let Some(sent) = operation.get_mut(*field).filter(|sent| sent.is_object()) {
            *sent = shape(sent);
        }
    }
}

fn shape(sent: &Value) -> Value {
    let Some(fields) = sent.as_object() else { return without_value(sent) };
    let kept = fields.iter().filter(|(key, _)| !matches!(key.as_str(), "lsid" | "$clusterTime" | "signature" | "$readPreference"));
    let kept = kept.map(|(key, value)| {
        let named = NAMES.contains(&key.as_str()) && !value.is_object() && !value.is_array();
        // Order and projection are names and directions, no data.
        let whole = named || matches!(key.as_str(), "sort" | "hint");
        (key.clone(), if whole { value.clone() } else { without_value(value) })
    });
    Value::Object(kept.collect::<Map<_, _>>())
}

fn without_value(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), without_value(value))).collect()),
        Value::Array(items) => items.iter().take(ITEMS).map(without_value).collect(),
        Value::String(_) => "<string>".into(),
        Value::Number(_) => "<number>".into(),
        Value::Bool(_) => "<bool>".into(),
        Value::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_keeps_its_shape_and_no_value() {
        let mut list = json!([{"op": "query", "ns": "shop.orders", "millis": 900, "planSummary": "COLLSCAN",
            "command": {"find": "orders", "filter": {"customer": "Jane Doe", "total": {"$gt": 5}, "in": [1, 2, 3, 4, 5, 6, 7]}, "sort": {"day": -1}, "limit": 10, "$db": "shop", "lsid": {"id": 1}}}]);
        operations(&mut list);
        let expected = json!({"find": "orders", "filter": {"customer": "<string>", "total": {"$gt": "<number>"}, "in": ["<number>", "<number>", "<number>", "<number>", "<number>"]},
            "sort": {"day": -1}, "limit": 10, "$db": "shop"});
        assert_eq!((&list[0]["command"], list[0]["millis"].as_u64()), (&expected, Some(900)));
        let line =
            json!({"msg": "Slow query", "attr": {"durationMillis": 900, "command": {"find": "orders", "filter": {"name": "Jane Doe"}}}})
                .to_string();
        assert!(!log_line(&line).contains("Jane Doe") && log_line(&line).contains("Slow query"));
        assert_eq!(log_line("no json at all"), "no json at all");
    }
}
