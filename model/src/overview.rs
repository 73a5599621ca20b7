//! The cluster at the bundle's time as a report draws it beside the findings: who leads to whom, how much is used of what
//! is allowed, and what the database servers say of themselves. Numbers are the bundle's own, each with its place.

use crate::evidence::Evidence;
use crate::reference::ObjectRef;

/// Everything that is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// Who leads to whom; what is troubled comes first.
    pub routes: Shown<Route>,
    /// Usage of containers; the hardest pressed come first.
    pub containers: Shown<ContainerLoad>,
    /// Usage of nodes; the hardest pressed come first.
    pub nodes: Shown<NodeLoad>,
    /// Usage of volumes; the fullest come first.
    pub volumes: Shown<VolumeLoad>,
    /// Database servers that answered, by namespace and pod.
    pub databases: Vec<DatabaseServer>,
}

impl Overview {
    /// Where every number stands.
    pub fn places(&self) -> impl Iterator<Item = &Evidence> {
        let loads = self.containers.items.iter().map(|l| &l.places).chain(self.nodes.items.iter().map(|l| &l.places));
        let loads = loads.chain(self.volumes.items.iter().map(|l| &l.places)).flatten();
        loads.chain(self.databases.iter().flat_map(DatabaseServer::places))
    }
}

/// The head of a list that may be too long to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<T> {
    /// What is drawn.
    pub items: Vec<T>,
    /// How many more there are.
    pub left_out: usize,
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self { items: Vec::new(), left_out: 0 }
    }
}

impl<T> Shown<T> {
    /// The first so many.
    pub fn first(mut items: Vec<T>, most: usize) -> Self {
        let left_out = items.len().saturating_sub(most);
        items.truncate(most);
        Self { items, left_out }
    }
}

/// How an object does; the worst comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It does not do its work.
    Bad,
    /// It does part of it, or is on its way.
    Partial,
    /// It does not say, or is not meant to work now.
    #[default]
    Unknown,
    /// It does its work.
    Good,
}

impl Health {
    /// As reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
            Self::Good => "good",
        }
    }
}

/// An object on a route, with its state in a few words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// How it does.
    pub health: Health,
    /// The object.
    pub object: ObjectRef,
    /// Its state: `2 of 3 ready`, `CrashLoopBackOff`.
    pub state: String,
}

/// A workload with what leads to it and what it runs on: Ingress → Service → workload → pod → node. A Service that leads
/// to no workload has a route of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Ingresses that route to the Services.
    pub ingresses: Vec<Site>,
    /// Services that select the pods.
    pub services: Vec<Site>,
    /// What makes the pods.
    pub workload: Option<Site>,
    /// The pods, the worst first.
    pub pods: Shown<Site>,
    /// Nodes that the pods run on.
    pub nodes: Vec<Site>,
}

impl Route {
    /// How its worst part does.
    pub fn health(&self) -> Health {
        let parts = self.ingresses.iter().chain(&self.services).chain(&self.workload).chain(&self.pods.items).chain(&self.nodes);
        let told = parts.map(|part| part.health).filter(|health| *health != Health::Unknown);
        told.min().unwrap_or_default()
    }
}

/// Usage of a resource, in its base unit (cores, bytes), against what was asked for and what is allowed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gauge {
    /// Samples over the collection, oldest first.
    pub samples: Vec<f64>,
    /// What is reserved.
    pub request: Option<f64>,
    /// What is allowed.
    pub limit: Option<f64>,
}

impl Gauge {
    /// The newest sample.
    pub fn used(&self) -> Option<f64> {
        self.samples.last().copied()
    }

    /// Used share of what is allowed, from 0.
    pub fn share(&self) -> Option<f64> {
        let limit = self.limit.filter(|limit| *limit > 0.0)?;
        Some(self.used()? / limit)
    }
}

/// How hard a container works.
#[derive(Debug, Clone, PartialEq)]
pub struct ContainerLoad {
    /// Its pod.
    pub pod: ObjectRef,
    /// Its name.
    pub container: String,
    /// CPU in cores.
    pub cpu: Gauge,
    /// Memory in bytes.
    pub memory: Gauge,
    /// Share of CPU periods in which it was held back at its limit, where that was counted.
    pub throttled: Option<f64>,
    /// Restarts so far.
    pub restarts: i32,
    /// Where the newest sample stands.
    pub places: Vec<Evidence>,
}

/// How hard a node works.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeLoad {
    /// The node.
    pub node: ObjectRef,
    /// CPU in cores; the request is that of all pods on it, the limit what pods may use.
    pub cpu: Gauge,
    /// Memory in bytes, likewise.
    pub memory: Gauge,
    /// Disk in bytes.
    pub disk: Gauge,
    /// Where the newest sample stands.
    pub places: Vec<Evidence>,
}

/// How full a volume is.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeLoad {
    /// The pod that mounts it.
    pub pod: ObjectRef,
    /// The claim, or the volume's name in the pod where it is none.
    pub volume: String,
    /// Bytes.
    pub bytes: Gauge,
    /// Where the sample stands.
    pub places: Vec<Evidence>,
}

/// What a database server says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct DatabaseServer {
    /// Its pod.
    pub pod: ObjectRef,
    /// Single figures: version, connections, cache, operations.
    pub figures: Vec<Figure>,
    /// Name of its replica set; empty where it is in none.
    pub replica_set: String,
    /// Members of the set, in the server's order.
    pub members: Vec<Member>,
    /// Databases, in the server's order.
    pub databases: Vec<Database>,
    /// Operations that took long: running, or caught by the profiler; the longest first.
    pub operations: Vec<Operation>,
}

impl DatabaseServer {
    /// Where every answer stands.
    pub fn places(&self) -> impl Iterator<Item = &Evidence> {
        let figures = self.figures.iter().map(|f| &f.place).chain(self.members.iter().map(|m| &m.place));
        figures.chain(self.databases.iter().map(|d| &d.place)).chain(self.operations.iter().map(|o| &o.place))
    }
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// The value, as people read it.
    pub value: String,
    /// Where it stands; the quote is the bundle's own spelling.
    pub place: Evidence,
}

/// A member of a replica set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// How it does.
    pub health: Health,
    /// Host and port.
    pub name: String,
    /// `PRIMARY`, `SECONDARY`, …
    pub state: String,
    /// Seconds that its newest operation is behind the primary's.
    pub behind: Option<i64>,
    /// Where its state stands.
    pub place: Evidence,
}

/// A database, as its statistics tell; bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Database {
    /// Name.
    pub name: String,
    /// Collections.
    pub collections: Option<f64>,
    /// Documents.
    pub documents: Option<f64>,
    /// Size of the data.
    pub data: Option<f64>,
    /// Size on disk.
    pub storage: Option<f64>,
    /// Size of the indexes.
    pub indexes: Option<f64>,
    /// Where its name stands; its statistics are beside it.
    pub place: Evidence,
}

/// An operation that took long.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `DATABASE.COLLECTION`.
    pub namespace: String,
    /// `query`, `update`, `command`, …
    pub kind: String,
    /// Milliseconds.
    pub millis: f64,
    /// How it was done: `COLLSCAN`, `IXSCAN { … }`.
    pub plan: String,
    /// Whether it ran when the bundle was taken.
    pub running: bool,
    /// Where it stands.
    pub place: Evidence,
}
