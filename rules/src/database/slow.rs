//! Slow queries as a MongoDB server logs them (id 51803), and what index their shape wants.

use serde_json::{Map, Value};
use tarbox_model::log::LogLine;

/// One slow query, as far as a diagnosis reads it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SlowQuery {
    /// Database.
    pub(super) database: String,
    /// Collection.
    pub(super) collection: String,
    /// Milliseconds.
    pub(super) millis: f64,
    /// Documents that were looked at.
    pub(super) examined: f64,
    /// Documents that were given back, or changed.
    pub(super) returned: f64,
    /// Whether the whole collection was read.
    pub(super) scans: bool,
    /// What was asked for: field names with `?` for values.
    pub(super) shape: String,
    /// Fields of the index that it wants, with their direction.
    pub(super) index: Vec<(String, i8)>,
}

/// Databases of the server's own.
const OWN: [&str; 3] = ["admin", "config", "local"];

/// Whether a namespace is the server's own business.
pub(super) fn is_own(namespace: &str) -> bool {
    let database = namespace.split('.').next().unwrap_or_default();
    OWN.contains(&database) || namespace.contains(".system.") || namespace.ends_with(".$cmd")
}

/// Reads the line of a slow query.
pub(super) fn read(line: &LogLine) -> Option<SlowQuery> {
    let value: Value = serde_json::from_str(line.text.trim()).ok()?;
    let attr = value.get("attr")?;
    let (database, collection) = attr.get("ns")?.as_str()?.split_once('.')?;
    let number = |name: &str| attr.get(name).and_then(Value::as_f64);
    let command = attr.get("originatingCommand").or_else(|| attr.get("command"))?;
    let (filter, sort) = asked(command);
    let order = order(sort, &line.text);
    let plan = attr.get("planSummary").and_then(Value::as_str).unwrap_or_default();
    let returned = ["nreturned", "nMatched", "ndeleted", "nModified"].iter().find_map(|n| number(n)).unwrap_or(0.0);
    Some(SlowQuery {
        database: database.to_owned(),
        collection: collection.to_owned(),
        millis: number("durationMillis").unwrap_or(0.0),
        examined: number("docsExamined").unwrap_or(0.0),
        returned,
        scans: plan.starts_with("COLLSCAN"),
        shape: shape(filter, &order),
        index: index(filter, &order),
    })
}

/// A document of a command.
type Document<'a> = Option<&'a Map<String, Value>>;

/// Filter and sort order of a command: find, count, distinct, aggregate, update, delete, findAndModify.
fn asked(command: &Value) -> (Document<'_>, Document<'_>) {
    let stage = |name: &str| command.get("pipeline")?.as_array()?.iter().take(3).find_map(|s| s.get(name)?.as_object());
    let first = |list: &str| command.get(list)?.as_array()?.first()?.get("q")?.as_object();
    let filter = ["filter", "query", "q"].iter().find_map(|name| command.get(name)?.as_object());
    let filter = filter.or_else(|| stage("$match")).or_else(|| first("updates")).or_else(|| first("deletes"));
    (filter, command.get("sort").and_then(Value::as_object).or_else(|| stage("$sort")))
}

/// How a condition narrows its field.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Narrows {
    /// To one value, or a few.
    Equal,
    /// To a range.
    Range,
    /// Not by an index.
    No,
}

fn narrows(condition: &Value) -> Narrows {
    let Some(operators) = condition.as_object().filter(|o| o.keys().any(|k| k.starts_with('$'))) else { return Narrows::Equal };
    // Extended JSON writes plain values as objects too: {"$oid": …}, {"$date": …}.
    let plain = ["$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$binary", "$uuid"];
    if operators.keys().all(|k| plain.contains(&k.as_str()) || k == "$eq" || k == "$in") {
        Narrows::Equal
    } else if operators.keys().any(|k| matches!(k.as_str(), "$gt" | "$gte" | "$lt" | "$lte" | "$regex")) {
        Narrows::Range
    } else {
        Narrows::No
    }
}

/// Conditions of a filter, those under `$and` included.
fn conditions(filter: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut all = Vec::new();
    for (field, condition) in filter {
        match field.as_str() {
            "$and" => all.extend(condition.as_array().into_iter().flatten().filter_map(Value::as_object).flat_map(conditions)),
            field if field.starts_with('$') => {}
            field => all.push((field, condition)),
        }
    }
    all
}

/// Fields of a sort order with their direction, in the order in which the line has them: it matters, and a parsed object has
/// lost it.
fn order(sort: Document<'_>, line: &str) -> Vec<(String, i8)> {
    let after = line.find("\"sort\":").or_else(|| line.find("\"$sort\":")).and_then(|at| line.get(at..)).unwrap_or(line);
    let place = |field: &str| after.find(&format!("\"{field}\":")).unwrap_or(usize::MAX);
    let fields = sort.into_iter().flatten();
    let mut fields: Vec<(String, i8)> =
        fields.filter_map(|(field, direction)| Some((field.clone(), if direction.as_f64()? < 0.0 { -1 } else { 1 }))).collect();
    fields.sort_by_key(|(field, _)| place(field));
    fields
}

/// The index that serves filter and sort order: fields compared for equality, then the order, then ranges.
fn index(filter: Document<'_>, order: &[(String, i8)]) -> Vec<(String, i8)> {
    let asked = filter.map(conditions).unwrap_or_default();
    let of = |kind: Narrows| asked.iter().filter(move |(_, c)| narrows(c) == kind).map(|(field, _)| ((*field).to_owned(), 1));
    let mut fields: Vec<(String, i8)> = Vec::new();
    for (field, direction) in of(Narrows::Equal).chain(order.iter().cloned()).chain(of(Narrows::Range)) {
        if !fields.iter().any(|(known, _)| *known == field) && field != "_id" {
            fields.push((field, direction));
        }
    }
    fields
}

/// What is asked for, without values.
fn shape(filter: Document<'_>, order: &[(String, i8)]) -> String {
    let asked = filter.map(conditions).unwrap_or_default();
    let fields: Vec<String> = asked
        .iter()
        .map(|(field, condition)| match narrows(condition) {
            Narrows::Equal => format!("{field}: ?"),
            _ => {
                let operators: Vec<&str> = condition.as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
                format!("{field}: {{{}}}", operators.join(", "))
            }
        })
        .collect();
    let order: Vec<String> = order.iter().map(|(field, direction)| format!("{field}: {direction}")).collect();
    let sorted = if order.is_empty() { String::new() } else { format!(" sorted by {{{}}}", order.join(", ")) };
    format!("{{{}}}{sorted}", fields.join(", "))
}

impl SlowQuery {
    /// The index as `createIndex` takes it; empty when the shape wants none.
    pub(super) fn index_keys(&self) -> String {
        let plain = |field: &str| field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let fields = self
            .index
            .iter()
            .map(|(field, direction)| if plain(field) { format!("{field}: {direction}") } else { format!("\"{field}\": {direction}") });
        let fields: Vec<String> = fields.collect();
        if fields.is_empty() { String::new() } else { format!("{{{}}}", fields.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(command: &str) -> SlowQuery {
        let text = format!(
            r#"{{"id":51803,"msg":"Slow query","attr":{{"ns":"shop.orders","command":{command},"planSummary":"COLLSCAN","docsExamined":500000,"nreturned":3,"durationMillis":412}}}}"#
        );
        read(&LogLine { number: 1, time: None, text }).unwrap()
    }

    #[test]
    fn an_index_has_equality_then_order_then_ranges() {
        for (command, keys) in [
            (r#"{"find":"orders","filter":{"customer":7}}"#, "{customer: 1}"),
            (r#"{"find":"orders","filter":{"price":{"$gt":5},"state":"open"},"sort":{"created":-1}}"#, "{state: 1, created: -1, price: 1}"),
            (r#"{"find":"orders","filter":{"shop":1},"sort":{"z":-1,"a":1}}"#, "{shop: 1, z: -1, a: 1}"),
            (r#"{"aggregate":"orders","pipeline":[{"$match":{"shop.id":{"$oid":"65"}}},{"$group":{"_id":"$day"}}]}"#, r#"{"shop.id": 1}"#),
            (r#"{"update":"orders","updates":[{"q":{"$and":[{"a":1},{"b":{"$in":[1,2]}}]},"u":{}}]}"#, "{a: 1, b: 1}"),
            (r#"{"q":{"token":"x"},"u":{"$set":{"y":1}}}"#, "{token: 1}"),
            (r#"{"find":"orders","filter":{"$or":[{"a":1},{"b":2}]}}"#, ""),
            (r#"{"find":"orders","filter":{}}"#, ""),
        ] {
            assert_eq!(query(command).index_keys(), keys, "{command}");
        }
        assert_eq!(
            query(r#"{"find":"orders","filter":{"state":"open","price":{"$gt":5}},"sort":{"created":-1}}"#).shape,
            "{price: {$gt}, state: ?} sorted by {created: -1}"
        );
    }
}
