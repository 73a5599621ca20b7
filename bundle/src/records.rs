//! `bundle.json`, the first entry, and the lines of `requests.ndjson`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Contents of `bundle.json`. Unknown fields of newer versions are ignored; a higher `format` is refused on opening.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format number: [`crate::FORMAT`].
    pub format: u32,
    /// What wrote the bundle.
    #[serde(default)]
    pub tool: ToolInfo,
    /// Which cluster it shows.
    #[serde(default)]
    pub cluster: ClusterInfo,
    /// The API server's clock when collecting began: the bundle's "now".
    #[serde(default)]
    pub collected_at: Option<Timestamp>,
    /// Seconds that the collecting machine's clock was ahead of the server's (negative: behind), when known.
    #[serde(default)]
    pub clock_skew_seconds: Option<f64>,
    /// Options of the run that matter for reading it, as the user would write them (`since` → `24h`).
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// What was redacted: `none`, `default`, `strict`, or a newer mode.
    #[serde(default)]
    pub redaction: String,
    /// Namespaces asked for; empty means all.
    #[serde(default)]
    pub namespaces: Vec<String>,
}

/// The program that wrote a bundle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolInfo {
    /// Its name: `tarbox-collect`.
    #[serde(default)]
    pub name: String,
    /// Its version: `0.1.0`.
    #[serde(default)]
    pub version: String,
}

/// The cluster a bundle shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterInfo {
    /// URL of the API server, without credentials.
    #[serde(default)]
    pub server: String,
    /// `gitVersion` of the API server: `v1.33.1`.
    #[serde(default)]
    pub version: String,
    /// Name of the kubeconfig context; empty in the cluster.
    #[serde(default)]
    pub context: String,
    /// UID of the namespace `kube-system`, the nearest thing to a cluster's identity, when it could be read.
    #[serde(default)]
    pub uid: Option<String>,
}

/// One request that was made: one line of `requests.ndjson`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// When it was sent, by the collecting machine's clock.
    pub started: Timestamp,
    /// HTTP method: `GET`.
    pub method: String,
    /// Path and query, without server and without continue tokens.
    pub path: String,
    /// HTTP status; absent when no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    #[serde(default)]
    pub bytes: u64,
    /// From sending to the last byte, in milliseconds.
    #[serde(default)]
    pub millis: u64,
    /// 1 for the first try.
    #[serde(default)]
    pub attempt: u32,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
