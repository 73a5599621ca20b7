//! What one run knows and shares among its sources.
use crate::{
    discovery::Resource,
    gateway::{Failure, Gateway},
    list::list,
    options::Collect,
    outcome::Ended,
    pods::Facts,
    progress::Progress,
    resume::Earlier,
    sink::Sink,
    sources::{
        certificates::{self, Certificates},
        helm::Releases,
        http::Targets,
        mongodb::Databases,
    },
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::OnceCell;

/// Gaps kept for the last words; the manifest has them all.
const GAPS: usize = 500;

/// One run, shared by its sources.
pub(crate) struct Run {
    /// The way to the server.
    pub(crate) gateway: Gateway,
    /// The way into the bundle.
    pub(crate) sink: Sink,
    /// What the user asked for.
    pub(crate) options: Collect,
    /// The display.
    pub(crate) progress: Progress,
    context_namespace: String,
    /// The bundle to take logs from.
    pub(crate) earlier: Option<Earlier>,
    /// Certificates found so far.
    pub(crate) certificates: Certificates,
    noted: Mutex<Facts>,
    releases: Mutex<Releases>,
    targets: Mutex<Targets>,
    databases: Mutex<Databases>,
    told_once: Mutex<BTreeSet<String>>,
    secrets_ended: OnceLock<Ended>,
    namespaces: OnceCell<Vec<String>>,
    facts: OnceLock<Facts>,
    discovery_gaps: OnceLock<Vec<(String, Failure)>>,
    objects: AtomicU64,
    allowed: AtomicU64,
    denied: AtomicU64,
    gaps: Mutex<Vec<Gap>>,
    more_gaps: AtomicU64,
}

/// Something that is missing against the user's will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// Which source or part of one.
    pub(crate) source: String,
    /// Why.
    pub(crate) why: String,
}

impl Run {
    /// A run at its beginning.
    pub(crate) fn new(
        gateway: Gateway,
        sink: Sink,
        options: Collect,
        progress: Progress,
        context_namespace: String,
        earlier: Option<Earlier>,
    ) -> Self {
        Self {
            gateway,
            sink,
            options,
            progress,
            context_namespace,
            earlier,
            certificates: Certificates::default(),
            noted: Mutex::default(),
            releases: Mutex::default(),
            targets: Mutex::default(),
            databases: Mutex::default(),
            told_once: Mutex::default(),
            secrets_ended: OnceLock::new(),
            namespaces: OnceCell::new(),
            facts: OnceLock::new(),
            discovery_gaps: OnceLock::new(),
            objects: AtomicU64::new(0),
            allowed: AtomicU64::new(0),
            denied: AtomicU64::new(0),
            gaps: Mutex::default(),
            more_gaps: AtomicU64::new(0),
        }
    }

    /// Takes from an object what later sources need.
    pub(crate) fn note_object(&self, resource: &Resource, object: &Value) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        certificates::note_object(self, resource, object);
        if !self.options.no_http {
            self.targets().note(resource, object);
        }
        if !resource.group.is_empty() {
            return;
        }
        match resource.name.as_str() {
            "pods" => {
                self.noted().note_pod(object);
                self.databases().note_pod(object);
            }
            "services" => self.databases().note_service(object),
            "nodes" => self.noted().note_node(object),
            "configmaps" => self.releases().note(object),
            _ => {}
        }
    }

    /// The Helm releases found so far.
    pub(crate) fn releases(&self) -> MutexGuard<'_, Releases> {
        self.releases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The Helm releases, when no more are to come.
    pub(crate) fn take_releases(&self) -> Releases {
        std::mem::take(&mut *self.releases())
    }

    /// What may be asked over HTTP, as found so far.
    pub(crate) fn targets(&self) -> MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The databases found so far.
    pub(crate) fn databases(&self) -> MutexGuard<'_, Databases> {
        self.databases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an outcome that may come up again and again, the first time.
    pub(crate) fn outcome_once(&self, id: &str, source: &str, ended: Ended, detail: &str) {
        if self.told_once.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned()) {
            self.outcome(id, source, ended, 0, 0, detail);
        }
    }

    /// Notes how the listing of Secrets ended.
    pub(crate) fn note_secrets(&self, ended: Ended) {
        // Set once; a second call would be a defect that harms nothing.
        let _ = self.secrets_ended.set(ended);
    }

    /// How the listing of Secrets ended; `None` when they were not asked for.
    pub(crate) fn secrets_ended(&self) -> Option<Ended> {
        self.secrets_ended.get().copied()
    }

    /// The facts about pods and nodes. The first call ends their gathering.
    pub(crate) fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| std::mem::take(&mut *self.noted()))
    }

    /// Namespaces to try one by one where a kind may not be listed cluster-wide: those asked for, else all if they may be listed, else the
    /// context's own. Asked of the server when first needed, since Secrets come before every other kind.
    pub(crate) async fn namespaces(&self) -> &[String] {
        let ask = async {
            if !self.options.namespaces.is_empty() {
                return self.options.namespaces.clone();
            }
            let mut names = Vec::new();
            list(&self.gateway, "/api/v1/namespaces", &mut |object| {
                names.extend(object.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned));
            })
            .await;
            if names.is_empty() { vec![self.context_namespace.clone()] } else { names }
        };
        self.namespaces.get_or_init(|| ask).await
    }

    /// Keeps what discovery could not find out.
    pub(crate) fn note_discovery(&self, gaps: Vec<(String, Failure)>) {
        // Set once; a second call would be a defect that harms nothing.
        let _ = self.discovery_gaps.set(gaps);
    }

    /// Why an API group could not be discovered, if that is so.
    pub(crate) fn discovery_gap(&self, group: &str) -> Option<String> {
        let gaps = self.discovery_gaps.get()?;
        gaps.iter().find(|(name, _)| name.split('/').next() == Some(group)).map(|(name, why)| format!("{name}: {why}"))
    }

    /// Objects seen so far.
    pub(crate) fn objects_read(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Records how `source`, a part of the source with this `id`, ended.
    pub(crate) fn outcome(&self, id: &str, source: &str, ended: Ended, items: u64, bytes: u64, detail: &str) {
        self.sink.outcome(source, ended, items, bytes, detail);
        if matches!(id, "discovery" | "events" | "objects" | "secrets") {
            self.allowed.fetch_add(u64::from(items > 0 || ended == Ended::Collected), Ordering::Relaxed);
            self.denied.fetch_add(u64::from(ended == Ended::Denied), Ordering::Relaxed);
        }
        if !ended.is_gap() {
            return;
        }
        self.progress.detail(&format!("  missing: {source}: {detail}"));
        // What a cluster or a role often lacks is an outcome, but no reason to call the bundle partial.
        if matches!(id, "health" | "helm" | "http" | "kubelet" | "metrics") {
            return;
        }
        let mut gaps = self.gaps.lock().unwrap_or_else(PoisonError::into_inner);
        if gaps.len() < GAPS {
            gaps.push(Gap { source: source.to_owned(), why: detail.to_owned() });
        } else {
            self.more_gaps.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether everything that can be listed was denied: such a bundle would be empty.
    pub(crate) fn nothing_was_allowed(&self) -> bool {
        self.allowed.load(Ordering::Relaxed) == 0 && self.denied.load(Ordering::Relaxed) > 0
    }

    /// Counts a gap that has no outcome of its own.
    pub(crate) fn count_gap(&self, ended: Ended) {
        self.more_gaps.fetch_add(u64::from(ended.is_gap()), Ordering::Relaxed);
    }

    /// The gaps for the last words, and how many more there are.
    pub(crate) fn gaps(&self) -> (Vec<Gap>, u64) {
        (self.gaps.lock().unwrap_or_else(PoisonError::into_inner).clone(), self.more_gaps.load(Ordering::Relaxed))
    }

    fn noted(&self) -> MutexGuard<'_, Facts> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
