//! A bundle as its server holds it: objects by kind and name, logs and answers by place. Only names and places stay in memory.
mod custom;
mod order;
mod read;
mod secret;

use crate::{
    error::ServeError,
    kinds::Resource,
    spool::{Span, Spool},
};
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::BTreeMap, io, path::Path, sync::Arc};
use tarbox_bundle::{Header, LogKind, Outcome};

pub(crate) use custom::Columns;

/// A recorded cluster.
#[derive(Debug)]
pub struct Recording {
    header: Header,
    now: Timestamp,
    shelves: Vec<Shelf>,
    logs: BTreeMap<LogPlace, Span>,
    kubelets: BTreeMap<(String, String), Span>,
    health: BTreeMap<String, Span>,
    outcomes: BTreeMap<String, (Outcome, String)>,
    spool: Spool,
    resource_version: u64,
    cut: bool,
    problems: Vec<String>,
}

/// Namespace, pod, container, which log.
type LogPlace = (String, String, String, LogKind);

/// The objects of one kind.
#[derive(Debug)]
pub(crate) struct Shelf {
    /// The kind.
    pub(crate) resource: Resource,
    /// What its table shows, where the cluster itself defines that.
    pub(crate) columns: Option<Arc<Columns>>,
    /// Fields, beside name and namespace, that may be selected by: a custom resource's own.
    pub(crate) selectable: Vec<String>,
    /// How whole it is.
    pub(crate) holding: Holding,
    objects: Objects,
}

/// Objects in the order of the bundle, which is the server's, and by key.
#[derive(Debug, Default)]
struct Objects {
    in_order: Vec<(Box<str>, Span)>,
    by_key: BTreeMap<Box<str>, usize>,
}

impl Objects {
    /// Adds an object; of two with one key the first counts.
    fn add(&mut self, key: Box<str>, span: Span) {
        if let std::collections::btree_map::Entry::Vacant(free) = self.by_key.entry(key.clone()) {
            free.insert(self.in_order.len());
            self.in_order.push((key, span));
        }
    }

    fn spans(&self) -> impl Iterator<Item = Span> {
        self.in_order.iter().map(|(_, span)| *span)
    }
}

/// How much of a kind the bundle holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Holding {
    /// All there was.
    #[default]
    Whole,
    /// Some of it; this is why.
    Part(String),
    /// Nothing; this is why.
    Missing(Outcome, String),
}

impl Recording {
    /// Reads a bundle: the file that `tarbox-collect` wrote, whole or cut, or its unpacked folder.
    ///
    /// # Errors
    /// When it is no such bundle or cannot be read; what is merely damaged in it is in [`Recording::problems`].
    pub fn read(path: &Path) -> Result<Self, ServeError> {
        read::read(path)
    }

    /// The time that the bundle shows: everything in it is as old as it was then.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A name for a kubeconfig's context.
    #[must_use]
    pub fn name(&self) -> String {
        let context = &self.header.cluster.context;
        if context.is_empty() { "recorded".to_owned() } else { format!("recorded-{context}") }
    }

    /// Where the cluster's own API server was.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.header.cluster.server
    }

    /// Number of objects of all kinds.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.objects.in_order.len()).sum()
    }

    /// Number of logs.
    #[must_use]
    pub fn logs(&self) -> usize {
        self.logs.len()
    }

    /// Whether the bundle ends before its manifest.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// What could not be read, a sentence each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// `gitVersion` of the cluster.
    pub(crate) fn version(&self) -> &str {
        &self.header.cluster.version
    }

    /// The namespaces that were collected; empty for all.
    pub(crate) fn namespaces(&self) -> &[String] {
        &self.header.namespaces
    }

    /// The `resourceVersion` of everything: the highest that an object has.
    pub(crate) fn resource_version(&self) -> String {
        self.resource_version.to_string()
    }

    /// All kinds, in the order in which a server offers them.
    pub(crate) fn shelves(&self) -> &[Shelf] {
        &self.shelves
    }

    /// One kind.
    pub(crate) fn shelf(&self, group: &str, version: &str, plural: &str) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.resource.is(group, plural) && shelf.resource.version == version)
    }

    /// An object by its place in the spool.
    pub(crate) fn get(&self, span: Span) -> io::Result<Vec<u8>> {
        self.spool.get(span)
    }

    /// An object, parsed.
    pub(crate) fn object(&self, span: Span) -> io::Result<Value> {
        Ok(serde_json::from_slice(&self.spool.get(span)?)?)
    }

    /// A container's log.
    pub(crate) fn log(&self, namespace: &str, pod: &str, container: &str, kind: LogKind) -> Option<Span> {
        self.logs.get(&(namespace.to_owned(), pod.to_owned(), container.to_owned(), kind)).copied()
    }

    /// What a kubelet said, the last reading first: `stem` and `suffix` of the file's name.
    pub(crate) fn kubelet(&self, node: &str, stem: &str, suffix: &str) -> Option<Span> {
        let readings = self.kubelets.range((node.to_owned(), String::new())..).take_while(|((of, _), _)| of == node);
        let numbered = readings.filter_map(|((_, file), span)| {
            let number = file.strip_prefix(stem)?.strip_suffix(suffix)?.trim_end_matches('.').trim_start_matches('.');
            Some((number.parse::<u32>().ok().or(number.is_empty().then_some(0))?, *span))
        });
        numbered.max_by_key(|(number, _)| *number).map(|(_, span)| span)
    }

    /// What the API server said of itself.
    pub(crate) fn health(&self, file: &str) -> Option<Span> {
        self.health.get(file).copied()
    }

    /// How the collection of a source ended, and why, when the bundle says so.
    pub(crate) fn outcome(&self, source: &str) -> Option<&(Outcome, String)> {
        self.outcomes.get(source)
    }
}

impl Shelf {
    /// Key of an object.
    fn key(&self, namespace: &str, name: &str) -> String {
        if self.resource.namespaced { format!("{namespace}/{name}") } else { name.to_owned() }
    }

    /// One object.
    pub(crate) fn get(&self, namespace: &str, name: &str) -> Option<Span> {
        let at = self.objects.by_key.get(self.key(namespace, name).as_str())?;
        self.objects.in_order.get(*at).map(|(_, span)| *span)
    }

    /// Objects in the server's order, of one namespace or of all, from a position on: position, key, place.
    pub(crate) fn from(&self, namespace: Option<&str>, position: usize) -> impl Iterator<Item = (usize, &str, Span)> {
        let within = namespace.filter(|_| self.resource.namespaced).map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let all = self.objects.in_order.iter().enumerate().skip(position);
        all.filter(move |(_, (key, _))| key.starts_with(&within)).map(|(at, (key, span))| (at, &**key, *span))
    }
}
