//! How an object is named: kind, namespace, name, as `Deployment/production/shepherd`.

use std::fmt;

/// The name of one object. Cluster-wide objects have an empty namespace.
///
/// The API group is left out on purpose: kinds that the analyzer reasons about are unique without it, and people
/// say "the Deployment shepherd", not "the apps/v1 Deployment".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Kind, in its API spelling: `Pod`, `StatefulSet`.
    pub kind: String,
    /// Namespace; empty for cluster-wide objects.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// Names an object in a namespace.
    pub fn new(kind: impl Into<String>, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    /// Names an object that has no namespace.
    pub fn cluster_wide(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(kind, "", name)
    }

    /// The whole cluster, for effects that have no smaller place (DNS, control plane).
    pub fn cluster() -> Self {
        Self::cluster_wide("Cluster", "cluster")
    }

    /// ` -n NAMESPACE` for a kubectl command line, or nothing for a cluster-wide object.
    pub fn namespace_flag(&self) -> String {
        if self.namespace.is_empty() { String::new() } else { format!(" -n {}", self.namespace) }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{}/{}", self.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}
