//! What a database's shell prints: JavaScript in place of JSON (`{ ok: 1, date: ISODate('…') }`), made into the relaxed extended JSON that
//! the server's own answers have.

use serde_json::{Map, Value, json};

/// Deepest nesting that is followed.
const DEPTH: usize = 64;

/// The first object or array that begins a line; nothing where it does not end well.
pub(crate) fn value(text: &str) -> Option<Value> {
    let at = text.split_inclusive('\n').scan(0, |at, line| Some((std::mem::replace(at, *at + line.len()), line)));
    let at = at.filter(|(_, line)| line.starts_with(['{', '['])).map(|(at, _)| at).next()?;
    let mut reader = Reader { rest: text.get(at..)? };
    reader.value(0)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.blank();
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.blank();
        match self.rest.chars().next()? {
            _ if depth > DEPTH => None,
            '{' => self.object(depth),
            '[' => self.array(depth),
            '"' | '\'' | '`' => self.string().map(Value::from),
            _ => self.word(depth),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.eat('{');
        let mut map = Map::new();
        while !self.eat('}') {
            let key = match self.rest.chars().next()? {
                '"' | '\'' => self.string()?,
                _ => self.until(|c| c == ':' || c.is_whitespace()).to_owned(),
            };
            if !self.eat(':') {
                return None;
            }
            map.insert(key, self.value(depth + 1)?);
            self.eat(',');
            self.blank();
        }
        Some(Value::Object(map))
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        self.eat('[');
        let mut items = Vec::new();
        while !self.eat(']') {
            items.push(self.value(depth + 1)?);
            self.eat(',');
            self.blank();
            // `... 12 more items`
            if self.rest.starts_with("...") {
                self.until(|c| c == ']');
            }
        }
        Some(Value::Array(items))
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest.chars().next()?;
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => out.push(match chars.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                }),
                c if c == quote => {
                    self.rest = self.rest.get(at + c.len_utf8()..)?;
                    return Some(out);
                }
                c => out.push(c),
            }
        }
        None
    }

    fn until(&mut self, end: impl Fn(char) -> bool) -> &'a str {
        let (word, rest) = self.rest.split_at(self.rest.find(end).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    /// A number, a name, or a call: `Long('5')`, `new Date(…)`.
    fn word(&mut self, depth: usize) -> Option<Value> {
        let word = self.until(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.' | '-' | '+')));
        if word == "new" {
            self.blank();
            return self.word(depth);
        }
        if !self.rest.starts_with('(') {
            return Some(match word {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" | "undefined" => Value::Null,
                "" => return None,
                _ => word.parse::<i64>().map(Value::from).or_else(|_| word.parse::<f64>().map(Value::from)).unwrap_or_else(|_| word.into()),
            });
        }
        self.eat('(');
        let mut arguments = Vec::new();
        while !self.eat(')') {
            arguments.push(self.value(depth + 1)?);
            self.eat(',');
            self.blank();
        }
        let first = arguments.into_iter().next().unwrap_or(Value::Null);
        let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
        Some(match word {
            "ISODate" | "Date" => json!({ "$date": first }),
            "Long" | "NumberLong" | "Int32" | "NumberInt" | "Double" => number(&first).map_or(first, Value::from),
            "ObjectId" => json!({ "$oid": first }),
            "Timestamp" => json!({ "$timestamp": first }),
            _ => first,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shells_answers_become_json() {
        let new = "Current Mongosh Log ID: 65\n{\n  set: 'rs0',\n  date: ISODate('2026-01-02T03:04:05.000Z'),\n  term: Long('3'),\n  members: [\n    {\n      _id: 0,\n      stateStr: '(not reachable/healthy)',\n      optime: { ts: Timestamp({ t: 0, i: 0 }), t: Long('-1') },\n      lastHeartbeatMessage: \"can't connect\"\n    }\n  ],\n  ok: 1,\n  '$clusterTime': { clusterTime: Timestamp({ t: 1, i: 2 }), hash: Binary.createFromBase64('AAA=', 0) }\n}\nrs0> ";
        let value = value(new).unwrap();
        assert_eq!((value["set"].as_str(), value["term"].as_i64(), value["ok"].as_i64()), (Some("rs0"), Some(3), Some(1)));
        assert_eq!(value["date"]["$date"], "2026-01-02T03:04:05.000Z");
        assert_eq!(value["members"][0]["lastHeartbeatMessage"], "can't connect");
        let old = "{\n\t\"set\" : \"rs0\",\n\t\"date\" : ISODate(\"2026-01-02T03:04:05Z\"),\n\t\"uptime\" : NumberLong(12),\n\t\"x\" : 1.5e3,\n\t\"y\" : null\n}\n";
        let value = super::value(old).unwrap();
        assert_eq!((value["uptime"].as_i64(), value["x"].as_f64(), value["y"].is_null()), (Some(12), Some(1500.0), true));
        assert_eq!(super::value("{ broken: [1, 2"), None);
        assert_eq!(super::value(&"[".repeat(100_000)), None);
    }
}
