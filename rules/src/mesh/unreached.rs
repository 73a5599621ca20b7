//! Rules of a VirtualService that no request reaches, because an earlier rule takes all that they match.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tarbox_model::evidence::pointer_key;
use tarbox_model::object::Custom;

use super::parts::elements;

/// A rule, or one match of it, that another takes everything from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreached {
    /// JSON pointer of the rule or of the match.
    pub(super) pointer: String,
    /// The rule in words: its name, or its place.
    pub(super) rule: String,
    /// The earlier rule in words.
    pub(super) before: String,
    /// Whether the rule as a whole is meant, not only one of its matches.
    pub(super) whole: bool,
}

/// What earlier rules of one protocol take.
#[derive(Default)]
struct Taken {
    /// The rule that takes everything.
    all: Option<String>,
    /// Matches word for word, with their rules.
    matches: BTreeMap<String, String>,
    /// Prefixes of paths that are taken whatever else a request has, with their rules.
    prefixes: BTreeMap<String, String>,
}

impl Taken {
    /// The earlier rule that takes all of a match.
    fn by(&self, wanted: &Value) -> Option<&String> {
        let path = ["/uri/prefix", "/uri/exact"].iter().find_map(|p| wanted.pointer(p)?.as_str()).unwrap_or_default();
        let starts = || (1..=path.len()).filter_map(|end| self.prefixes.get(path.get(..end)?));
        self.all.as_ref().or_else(|| self.matches.get(&unnamed(wanted).to_string())).or_else(|| starts().next())
    }

    fn add(&mut self, wanted: &Value, rule: &str) {
        let bare = unnamed(wanted);
        let only_prefix = bare.as_object().is_some_and(|m| m.len() == 1).then(|| bare.pointer("/uri/prefix")?.as_str()).flatten();
        match only_prefix {
            Some("/") => drop(self.all.get_or_insert_with(|| rule.to_owned())),
            Some(prefix) => drop(self.prefixes.entry(prefix.to_owned()).or_insert_with(|| rule.to_owned())),
            None if bare.as_object().is_some_and(serde_json::Map::is_empty) => drop(self.all.get_or_insert_with(|| rule.to_owned())),
            None => {}
        }
        self.matches.entry(bare.to_string()).or_insert_with(|| rule.to_owned());
    }
}

/// A match without the name that people give it.
fn unnamed(wanted: &Value) -> Value {
    let mut bare = wanted.clone();
    if let Some(map) = bare.as_object_mut() {
        map.remove("name");
    }
    bare
}

/// Everything of a VirtualService that no request reaches.
pub(super) fn unreached(route: &Custom) -> Vec<Unreached> {
    let mut all = Vec::new();
    for protocol in ["http", "tls", "tcp"] {
        let mut taken = Taken::default();
        for (index, (at, rule)) in elements(&route.value, "", &format!("/spec/{protocol}")).into_iter().enumerate() {
            let name = rule.get("name").and_then(Value::as_str).filter(|n| !n.is_empty());
            let called = name.map_or_else(|| format!("{protocol} rule {}", index + 1), |n| format!("rule `{n}`"));
            let matches = elements(rule, &at, "/match");
            let found = |pointer: &str, before: &String, whole: bool| Unreached {
                pointer: pointer.to_owned(),
                rule: called.clone(),
                before: before.clone(),
                whole,
            };
            if matches.is_empty() {
                all.extend(taken.all.as_ref().map(|before| found(&at, before, true)));
                taken.all.get_or_insert_with(|| called.clone());
                continue;
            }
            let lost: Vec<(&String, &String)> = matches.iter().filter_map(|(at, m)| Some((at, taken.by(m)?))).collect();
            match lost.first() {
                Some((_, before)) if lost.len() == matches.len() => all.push(found(&at, before, true)),
                _ => all.extend(lost.iter().map(|(at, before)| found(at, before, false))),
            }
            for (_, wanted) in &matches {
                taken.add(wanted, &called);
            }
        }
    }
    all
}

/// The first text at a place or below it, with its pointer: what a reader finds the place by.
pub(super) fn first_text(value: &Value, pointer: String) -> Option<(String, &str)> {
    match value {
        Value::String(text) => Some((pointer, text)),
        Value::Array(list) => list.iter().enumerate().find_map(|(i, v)| first_text(v, format!("{pointer}/{i}"))),
        Value::Object(map) => map.iter().find_map(|(key, v)| first_text(v, format!("{pointer}/{}", pointer_key(key)))),
        _ => None,
    }
}

/// Names of the earlier rules, each once.
pub(super) fn earlier(all: &[Unreached]) -> BTreeSet<&str> {
    all.iter().map(|u| u.before.as_str()).collect()
}
