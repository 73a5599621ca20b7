//! Labels, annotations, selectors, quantities by resource: a few pairs of strings, many times over.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Pairs of strings, sorted, each key once. Most objects have a handful in several places: a list takes a tenth of the memory of a tree.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Box<[(String, String)]>);

impl Labels {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&String> {
        let place = self.0.binary_search_by(|(own, _)| own.as_str().cmp(key)).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Whether a key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The pair with the least key.
    pub fn first(&self) -> Option<(&String, &String)> {
        self.iter().next()
    }

    /// The pairs, by key.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values, by key.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Puts a pair in, or another value in its place.
    pub fn insert(&mut self, key: String, value: String) {
        *self = std::mem::take(&mut self.0).into_iter().chain([(key, value)]).collect();
    }

    /// Takes a pair out.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let mut pairs = std::mem::take(&mut self.0).into_vec();
        let found = pairs.iter().position(|(own, _)| own == key).map(|place| pairs.remove(place).1);
        self.0 = pairs.into_boxed_slice();
        found
    }
}

/// Of several pairs with one key the last counts, as in JSON.
impl FromIterator<(String, String)> for Labels {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut pairs: Vec<(String, String)> = pairs.into_iter().collect();
        pairs.reverse();
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        pairs.dedup_by(|(a, _), (b, _)| a == b);
        Self(pairs.into_boxed_slice())
    }
}

impl<const N: usize> From<[(String, String); N]> for Labels {
    fn from(pairs: [(String, String); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = (&'a String, &'a String);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (String, String)>, fn(&'a (String, String)) -> (&'a String, &'a String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Labels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs.into_iter().collect())
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_a_sorted_map() {
        let labels: Labels = serde_json::from_str(r#"{"b": "2", "a": "1", "c": "3", "a": "4"}"#).unwrap();
        assert_eq!(labels.iter().map(|(k, v)| format!("{k}{v}")).collect::<String>(), "a4b2c3");
        assert_eq!((labels.get("a").map(String::as_str), labels.get("d"), labels.len()), (Some("4"), None, 3));
        assert_eq!(serde_json::to_string(&labels).unwrap(), r#"{"a":"4","b":"2","c":"3"}"#);
        let mut more = labels.clone();
        more.insert("b".to_owned(), "9".to_owned());
        more.insert("aa".to_owned(), "5".to_owned());
        assert_eq!(more.iter().map(|(k, v)| format!("{k}{v}")).collect::<String>(), "a4aa5b9c3");
        let mut fewer = labels.clone();
        assert_eq!((fewer.remove("b").as_deref(), fewer.remove("b"), fewer.len()), (Some("2"), None, 2));
        assert!(serde_json::from_str::<Labels>(r#"{"a": 1}"#).is_err() && serde_json::from_str::<Labels>("[]").is_err());
    }
}
