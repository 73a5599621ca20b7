//! The output of `getMongoData.js`: an array of sections, each the answer of a MongoDB server to one question, as extended JSON.

use std::sync::Arc;

use serde_json::Value;
use tarbox_model::Timestamp;
use tarbox_model::evidence::Origin;
use tarbox_model::facts::MongoAnswer;
use tarbox_model::snapshot::Snapshot;

/// Subsections whose output is the answer to a command that rules know.
const COMMANDS: [(&str, &str); 2] = [("server_status_info", "serverStatus"), ("status", "replSetGetStatus")];

/// Whether a document is such an array.
pub(crate) fn is_one(document: &Value) -> bool {
    let first = document.as_array().and_then(|sections| sections.first());
    first.is_some_and(|section| ["section", "subsection"].iter().all(|key| section.get(key).is_some_and(Value::is_string)))
}

/// Reads the answers that are known; `base` is the pointer of the array in its file.
pub(crate) fn read(document: Value, path: &Arc<str>, base: &str, into: &mut Snapshot) {
    let Value::Array(sections) = document else { return };
    for (i, mut section) in sections.into_iter().enumerate() {
        let text = |key: &str| section.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (subsection, error, (namespace, pod)) = (text("subsection"), text("error"), place(&text("host")));
        let Some((_, command)) = COMMANDS.iter().find(|(name, _)| *name == subsection) else { continue };
        let mut answer = section.get_mut("output").map(Value::take).unwrap_or_default();
        readable_dates(&mut answer);
        into.mongo_answers.push(MongoAnswer {
            origin: Origin::new(path, 0, &format!("{base}/{i}/output")),
            namespace,
            pod,
            command: (*command).to_owned(),
            ok: answer.is_object() && answer.get("ok").and_then(Value::as_f64) != Some(0.0),
            error,
            answer,
        });
    }
}

/// Namespace and pod of a host: `POD:PORT`, or a StatefulSet's `POD.SERVICE.NAMESPACE.svc…`.
fn place(host: &str) -> (String, String) {
    let host = host.split(':').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [pod, _, namespace, "svc", ..] => ((*namespace).to_owned(), (*pod).to_owned()),
        [pod, ..] => (String::new(), (*pod).to_owned()),
        [] => (String::new(), String::new()),
    }
}

/// Dates as milliseconds, plain or as `$numberLong`, become text as in the relaxed form.
fn readable_dates(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(readable_dates),
        Value::Object(fields) => {
            if let Some(date) = fields.get_mut("$date") {
                let millis = date.as_i64().or_else(|| date.get("$numberLong")?.as_str()?.parse().ok());
                if let Some(time) = millis.and_then(|ms| Timestamp::from_millisecond(ms).ok()) {
                    *date = Value::String(time.to_string());
                }
            }
            fields.values_mut().for_each(readable_dates);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_taken_with_their_place_and_dates() {
        let document = json!([
            {"section": "server_info", "subsection": "shell_version", "output": "7.0.1", "host": "db-0:27017"},
            {"section": "server_info", "subsection": "server_status_info", "host": "db-0.db.shop.svc.cluster.local:27017",
             "output": {"ok": 1, "connections": {"current": {"$numberLong": "7"}}, "localTime": {"$date": {"$numberLong": "1700000000000"}}}},
            {"section": "replicaset_info", "subsection": "status", "host": "db-0:27017",
             "output": {"ok": 1, "set": "rs0", "members": [{"name": "db-0:27017", "optimeDate": {"$date": 1_700_000_000_000_i64}}]}},
            {"section": "replicaset_info", "subsection": "status", "host": "db-1:27017", "output": null, "error": "not running with --replSet"},
        ]);
        assert!(is_one(&document) && !is_one(&json!([{"kind": "Pod"}])) && !is_one(&json!([])));
        let mut snapshot = Snapshot::default();
        read(document, &Arc::from("data.json"), "", &mut snapshot);
        let [status, set, refused] = snapshot.mongo_answers.as_slice() else { panic!("{:?}", snapshot.mongo_answers) };
        assert_eq!((status.command.as_str(), status.namespace.as_str(), status.pod.as_str()), ("serverStatus", "shop", "db-0"));
        assert_eq!(status.number("/connections/current"), Some(7.0));
        assert_eq!(status.answer.pointer("/localTime/$date"), Some(&json!("2023-11-14T22:13:20Z")));
        assert_eq!(set.answer.pointer("/members/0/optimeDate/$date"), Some(&json!("2023-11-14T22:13:20Z")));
        assert_eq!((set.command.as_str(), set.ok, set.namespace.as_str()), ("replSetGetStatus", true, ""));
        assert_eq!((refused.ok, refused.error.as_str()), (false, "not running with --replSet"));
    }

    #[test]
    fn the_error_behind_the_array_costs_nothing_before_it() {
        let text = br#"[{"section": "a", "subsection": "server_status_info", "output": {"ok": 1}, "host": "db-0"}]
ERROR: more than 2500 collections"#;
        let mut snapshot = Snapshot::default();
        super::super::documents::read(&Arc::from("data.json"), text, None, false, &mut snapshot);
        assert_eq!((snapshot.mongo_answers.len(), snapshot.problems.len()), (1, 1));
    }
}
