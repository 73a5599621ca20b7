//! One list, page by page, object by object, whatever happens on the way.
//!
//! A page that breaks off is asked for again and what was seen of it is skipped. A snapshot that expires (410) is continued from the token the
//! server offers, or the list is begun again and everything up to the last object seen is skipped. Nothing is kept but the last object's name.
use crate::{
    gateway::{Ask, Failure, Gateway, Kind},
    items::{Rest, Splitter},
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// Objects a page; what kubectl asks for too.
const PAGE: usize = 500;
/// Times that one page may break off, and that a list may begin again without having got further meanwhile.
const PATIENCE: u32 = 3;
/// Times that a list may begin again in all: each time the server shows once more what was seen.
const RESTARTS: u32 = 32;

/// How a list ended.
#[derive(Debug, Default)]
pub(crate) struct ListEnd {
    /// Objects handed out.
    pub(crate) items: u64,
    /// Items that were not JSON objects, or too large, with the first one's trouble.
    pub(crate) broken: u64,
    /// What happened on the way that a reader of the bundle should know.
    pub(crate) notes: Vec<String>,
    /// Why the list is not whole, if it is not.
    pub(crate) failure: Option<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ListMeta {
    r#continue: String,
}

/// Lists `path`, handing each object to `on_object` as it arrives.
pub(crate) async fn list(gateway: &Gateway, path: &str, on_object: &mut (dyn FnMut(Value) + Send)) -> ListEnd {
    let mut pager = Pager { end: ListEnd::default(), token: None, seen: Seen::default(), restarts: 0, in_vain: 0, furthest: 0, breaks: 0 };
    loop {
        match pager.page(gateway, path, on_object).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(failure) => {
                if let Err(failure) = pager.recover(gateway, failure).await {
                    pager.end.failure = Some(failure);
                    break;
                }
            }
        }
    }
    pager.end
}

struct Pager {
    end: ListEnd,
    token: Option<String>,
    seen: Seen,
    restarts: u32,
    /// Restarts since the list last got further, and how far that was.
    in_vain: u32,
    furthest: u64,
    breaks: u32,
}

/// What was handed out already, in constant space.
#[derive(Default)]
struct Seen {
    /// Hashes of the objects of the page at hand, for when it breaks off.
    page: HashSet<u64>,
    /// The last object's place in the store's order, and whether all came in that order so far.
    last: Option<String>,
    unordered: bool,
    /// After a list began again: skip through this place.
    skip_through: Option<String>,
}

impl Seen {
    /// Whether this object is new; notes it.
    fn is_new(&mut self, object: &Value) -> bool {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let place = format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"));
        if self.skip_through.as_ref().is_some_and(|through| place <= *through) {
            return false;
        }
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        if !self.page.insert(hasher.finish()) {
            return false;
        }
        self.unordered |= self.last.as_ref().is_some_and(|last| *last >= place);
        self.last = Some(place);
        true
    }
}

impl Pager {
    /// Reads one page; `true` when there is another.
    async fn page(&mut self, gateway: &Gateway, path: &str, on_object: &mut (dyn FnMut(Value) + Send)) -> Result<bool, Failure> {
        let token = self.token.as_deref().map(|token| format!("&continue={}", query_escape(token))).unwrap_or_default();
        let mut answer = gateway.get(&Ask::json(Kind::List, format!("{path}?limit={PAGE}{token}"))).await?;
        let mut splitter = Splitter::new();
        while let Some(chunk) = answer.chunk().await? {
            let pushed = splitter.push(&chunk, &mut |item| match serde_json::from_slice::<Value>(item) {
                Ok(object) if object.is_object() => {
                    if self.seen.is_new(&object) {
                        self.end.items += 1;
                        on_object(object);
                    }
                }
                _ => self.end.broken += 1,
            });
            pushed.map_err(|_| Failure::Broken("the answer is not a list".into()))?;
        }
        let rest = splitter.rest();
        if !rest.complete {
            return Err(Failure::Broken("the list ends in the middle".into()));
        }
        Ok(self.turn_page(&rest))
    }

    fn turn_page(&mut self, rest: &Rest) -> bool {
        self.end.broken += rest.oversized;
        self.seen.page.clear();
        self.breaks = 0;
        let meta: ListMeta = serde_json::from_slice(&rest.metadata).unwrap_or_default();
        self.token = Some(meta.r#continue).filter(|token| !token.is_empty());
        self.token.is_some()
    }

    /// Goes on after a failure where that is possible, or gives the failure back.
    async fn recover(&mut self, gateway: &Gateway, failure: Failure) -> Result<(), Failure> {
        if let Some(refusal) = failure.refusal().filter(|refusal| refusal.status == 410) {
            self.restarts += 1;
            self.in_vain = if self.end.items > self.furthest { 1 } else { self.in_vain + 1 };
            self.furthest = self.end.items;
            if self.restarts > RESTARTS || self.in_vain > PATIENCE {
                return Err(failure);
            }
            if let Some(token) = &refusal.continue_token {
                self.note("the list's snapshot expired; it went on with a later one");
                self.token = Some(token.clone());
                return Ok(());
            }
            if self.token.is_none() || self.seen.unordered {
                // Without an order there is no telling what was seen: better a gap with a reason than doubles.
                return Err(failure);
            }
            self.note("the list's snapshot expired; it was begun again after the last object seen");
            self.token = None;
            self.seen.page.clear();
            self.seen.skip_through.clone_from(&self.seen.last);
            return Ok(());
        }
        // The gateway has already repeated what it could; a body that breaks off is ours, because items may have been handed out.
        // Who sent nothing at all in time was waited for already.
        let again = matches!(failure, Failure::Broken(_)) || matches!(failure, Failure::TimedOut(_)) && !self.seen.page.is_empty();
        if again && self.breaks < PATIENCE {
            self.breaks += 1;
            self.note("a page broke off and was asked for again");
            let pause = Duration::from_millis(200u64 << self.breaks);
            return gateway.stop().guard(tokio::time::sleep(pause)).await.map_err(Failure::Stopped);
        }
        Err(failure)
    }

    fn note(&mut self, note: &str) {
        if !self.end.notes.iter().any(|known| known == note) {
            self.end.notes.push(note.to_owned());
        }
    }
}

/// A query value with everything escaped that is not plainly safe.
pub(crate) fn query_escape(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            _ => {
                // Writing into a string cannot fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_begun_again_skips_what_was_seen() {
        let object = |name: &str| json!({"metadata": {"namespace": "a", "name": name}});
        let mut seen = Seen::default();
        assert!(seen.is_new(&object("a1")) && seen.is_new(&object("a2")) && !seen.is_new(&object("a2")));
        seen.page.clear();
        seen.skip_through.clone_from(&seen.last);
        assert!(!seen.is_new(&object("a1")) && !seen.is_new(&object("a2")) && seen.is_new(&object("a3")));
        assert!(!seen.unordered);
        assert!(seen.is_new(&json!({"metadata": {"name": "z"}, "a": 0})) || seen.skip_through.is_some());
    }

    #[test]
    fn tokens_survive_the_query() {
        assert_eq!(query_escape("a+b/c=&"), "a%2Bb%2Fc%3D%26");
    }
}
