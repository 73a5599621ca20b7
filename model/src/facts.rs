//! What a bundle tells beside objects, logs and samples: certificates, Helm releases, answers of a database, alerts, and
//! the services of a node's operating system.

use jiff::Timestamp;

use crate::evidence::{Evidence, Origin};
use crate::reference::ObjectRef;

/// The public part of one certificate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Certificate {
    /// Where it was read.
    pub origin: Origin,
    /// Kind of the object that carries it: `Secret`, `ConfigMap`, `ValidatingWebhookConfiguration`, `APIService`, …
    pub kind: String,
    /// Namespace of that object; empty for cluster-wide ones.
    pub namespace: String,
    /// That object.
    pub name: String,
    /// Key, webhook or field of it: `tls.crt`.
    pub field: String,
    /// Position in the chain; 0 is the server's own.
    pub index: u32,
    /// Subject.
    pub subject: String,
    /// DNS names and addresses that it is for.
    pub sans: Vec<String>,
    /// Issuer.
    pub issuer: String,
    /// Valid from.
    pub not_before: Option<Timestamp>,
    /// Valid until.
    pub not_after: Option<Timestamp>,
    /// Whether it is an authority.
    pub is_ca: bool,
    /// Whether the private key beside it is its own, as far as that was compared.
    pub key_matches: Option<bool>,
    /// Why it could not be read.
    pub error: String,
}

impl Certificate {
    /// The object that carries it.
    pub fn holder(&self) -> ObjectRef {
        ObjectRef::new(self.kind.as_str(), self.namespace.as_str(), self.name.as_str())
    }

    /// Whether it is for a host, as far as can be told; a leading `*.` stands for one label. Of a redacted domain nobody can tell
    /// which redacted hosts are in it.
    pub fn is_for(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.sans.iter().any(|san| {
            let san = san.to_ascii_lowercase();
            let hidden = san.starts_with("*.redacted.host-name.") && host.starts_with("redacted.host-name.");
            san == host
                || hidden
                || san.strip_prefix("*.").is_some_and(|parent| host.split_once('.').is_some_and(|(_, rest)| rest == parent))
        })
    }
}

/// A Helm release with its history, oldest revision first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HelmRelease {
    /// Where it was read.
    pub origin: Origin,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Revisions, oldest first.
    pub history: Vec<HelmRevision>,
    /// Notes of the newest revision.
    pub notes: String,
}

/// One revision of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HelmRevision {
    /// Number.
    pub revision: i64,
    /// `deployed`, `superseded`, `failed`, `pending-upgrade`, …
    pub status: String,
    /// Chart.
    pub chart: String,
    /// Version of the chart.
    pub chart_version: String,
    /// Version of the application.
    pub app_version: String,
    /// When.
    pub updated: Option<Timestamp>,
    /// What Helm says of it.
    pub description: String,
    /// Place of this revision: of its Secret, or of the release's file.
    pub origin: Origin,
    /// JSON pointer to the status there, for evidence.
    pub pointer: String,
}

impl HelmRelease {
    /// The release as an object of its own kind.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef::new("HelmRelease", self.namespace.as_str(), self.name.as_str())
    }
}

impl HelmRevision {
    /// Evidence: its status, where it stands.
    pub fn evidence(&self) -> Evidence {
        self.origin.at(&self.pointer, self.status.as_str())
    }
}

/// The answer of a MongoDB server to one command.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MongoAnswer {
    /// Where it was read.
    pub origin: Origin,
    /// Namespace of the server's pod.
    pub namespace: String,
    /// The server's pod.
    pub pod: String,
    /// Command: `serverStatus`, `replSetGetStatus`; `databases` for the list of databases with their statistics.
    pub command: String,
    /// Whether the server did it.
    pub ok: bool,
    /// Why not.
    pub error: String,
    /// The answer, relaxed extended JSON.
    pub answer: serde_json::Value,
}

impl MongoAnswer {
    /// The server's pod.
    pub fn pod_reference(&self) -> ObjectRef {
        ObjectRef::new("Pod", self.namespace.as_str(), self.pod.as_str())
    }

    /// Evidence for a value of the answer, by a pointer inside it.
    pub fn evidence(&self, pointer: &str, quote: impl Into<String>) -> Evidence {
        self.origin.at(pointer, quote)
    }

    /// A number of the answer, plain or as `{"$numberLong": "…"}`.
    pub fn number(&self, pointer: &str) -> Option<f64> {
        let value = self.answer.pointer(pointer)?;
        let wrapped = ["$numberLong", "$numberInt", "$numberDouble"].iter().find_map(|k| value.get(k)?.as_str()?.parse().ok());
        value.as_f64().or(wrapped)
    }
}

/// A member of a replica set, as the server that answered tells.
#[derive(Debug, Clone)]
pub struct MongoMember<'a> {
    /// Host and port.
    pub name: &'a str,
    /// `PRIMARY`, `SECONDARY`, `(not reachable/healthy)`, …
    pub state: &'a str,
    /// Newest operation that it has.
    pub optime: Option<Timestamp>,
    /// Evidence: its state.
    pub evidence: Evidence,
}

impl MongoMember<'_> {
    /// Whether it can vote and be asked.
    pub fn is_healthy(&self) -> bool {
        matches!(self.state, "PRIMARY" | "SECONDARY" | "ARBITER")
    }
}

impl MongoAnswer {
    /// Members of the replica set that `replSetGetStatus` tells of.
    pub fn members(&self) -> Vec<MongoMember<'_>> {
        let members = self.answer.get("members").and_then(|m| m.as_array()).map(Vec::as_slice).unwrap_or_default();
        let member = |(i, it)| {
            let state = text_of(it, "stateStr");
            let optime = it.get("optimeDate").and_then(|d| d.get("$date").unwrap_or(d).as_str()).and_then(|d| d.parse().ok());
            MongoMember { name: text_of(it, "name"), state, optime, evidence: self.evidence(&format!("/members/{i}/stateStr"), state) }
        };
        members.iter().enumerate().map(member).collect()
    }
}

fn text_of<'a>(value: &'a serde_json::Value, field: &str) -> &'a str {
    value.get(field).and_then(|v| v.as_str()).unwrap_or_default()
}

/// An alert that a monitoring system holds against an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer of `text` inside the origin; `None` where the origin is a line of text.
    pub pointer: Option<String>,
    /// The alert's name (`CPUThrottlingHigh`), or its kind in the words of the monitoring system.
    pub name: String,
    /// What it is about.
    pub object: ObjectRef,
    /// What it says.
    pub text: String,
    /// Since when it fires.
    pub since: Option<Timestamp>,
}

impl Alert {
    /// Evidence: its text, where it stands.
    pub fn evidence(&self) -> Evidence {
        match &self.pointer {
            Some(pointer) => self.origin.at(pointer, self.text.as_str()),
            None => Evidence::line(self.origin.path.clone(), self.origin.line, self.text.as_str()),
        }
    }
}

/// A service of a node's operating system, as `systemctl status` shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeUnit {
    /// Where it was read: the line that tells the state.
    pub origin: Origin,
    /// Node.
    pub node: String,
    /// Unit without its ending: `kubelet`, `containerd`.
    pub unit: String,
    /// `active`, `inactive`, `failed`, `activating`.
    pub state: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The line as it stands.
    pub quote: String,
}

impl NodeUnit {
    /// Whether it does not run.
    pub fn is_down(&self) -> bool {
        matches!(self.state.as_str(), "inactive" | "failed" | "deactivating")
    }

    /// Evidence: the line.
    pub fn evidence(&self) -> Evidence {
        Evidence::line(self.origin.path.clone(), self.origin.line, self.quote.as_str())
    }
}
