//! An inverted index of labels: what a selector selects is found without a look at everything.

use std::collections::BTreeMap;

use crate::selector::{self, Labels};

/// Things with labels. Those without a namespace are in the namespace "".
#[derive(Debug, Clone)]
pub struct Labelled<'a, T> {
    all: Vec<(&'a Labels, T)>,
    by_namespace: BTreeMap<&'a str, Vec<usize>>,
    by_label: BTreeMap<(&'a str, &'a str, &'a str), Vec<usize>>,
}

impl<'a, T: Copy> Labelled<'a, T> {
    /// Things by namespace and labels.
    pub fn new(things: impl IntoIterator<Item = (&'a str, &'a Labels, T)>) -> Self {
        let mut index = Self { all: Vec::new(), by_namespace: BTreeMap::new(), by_label: BTreeMap::new() };
        for (namespace, labels, thing) in things {
            let i = index.all.len();
            index.by_namespace.entry(namespace).or_default().push(i);
            for (key, value) in labels {
                index.by_label.entry((namespace, key, value)).or_default().push(i);
            }
            index.all.push((labels, thing));
        }
        index
    }

    /// Those that have all of the labels, in their order: the rarest label gives the candidates.
    pub fn with<'s>(&'s self, namespace: &'s str, wanted: &'s Labels) -> impl Iterator<Item = T> + 's {
        let having = |(key, value): (&'s String, &'s String)| self.by_label.get(&(namespace, key.as_str(), value.as_str()));
        let candidates = match wanted.iter().map(having).min_by_key(|list| list.map_or(0, Vec::len)) {
            Some(rarest) => rarest,
            None => self.by_namespace.get(namespace),
        };
        let candidates = candidates.into_iter().flatten().filter_map(|&i| self.all.get(i));
        candidates.filter(|(labels, _)| selector::subset(wanted, labels)).map(|(_, thing)| *thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_label_finds_them_in_their_namespace() {
        let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Labels>();
        let (web, api, bare) = (labels(&[("app", "web"), ("tier", "front")]), labels(&[("app", "api"), ("tier", "front")]), labels(&[]));
        let index = Labelled::new([("n", &web, 0), ("n", &api, 1), ("other", &web, 2), ("n", &bare, 3)]);
        let with = |namespace: &str, wanted: &[(&str, &str)]| index.with(namespace, &labels(wanted)).collect::<Vec<_>>();
        assert_eq!(with("n", &[("tier", "front")]), [0, 1]);
        assert_eq!(with("n", &[("tier", "front"), ("app", "api")]), [1]);
        assert_eq!(with("other", &[("app", "web")]), [2]);
        assert_eq!(with("n", &[("app", "api"), ("tier", "back")]), [0_i32; 0]);
        // Who asks for nothing gets all.
        assert_eq!(with("n", &[]), [0, 1, 3]);
    }
}
