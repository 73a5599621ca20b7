//! ConfigMaps, and what is kept of Secrets: never a value.

use std::collections::BTreeMap;

use super::Metadata;
use crate::lenient::shape;

shape! {
    /// A ConfigMap; values may hold a redaction's placeholders.
    pub struct ConfigMap {
        /// Metadata.
        pub metadata: Metadata,
        /// Text by key.
        pub data: BTreeMap<String, String>,
        /// Keys of binary values.
        pub binary_data: BTreeMap<String, serde_json::Value>,
    }

    /// A Secret without its values.
    pub struct Secret {
        /// Metadata.
        pub metadata: Metadata,
        /// Type: `Opaque`, `kubernetes.io/tls`.
        pub r#type: String,
        /// Keys with sizes and keyed digests.
        pub keys: BTreeMap<String, SecretKey>,
        /// Whether it may be changed.
        pub immutable: bool,
    }

    /// What is known of one value.
    pub struct SecretKey {
        /// Size; `None` where the source shows names only.
        pub bytes: Option<u64>,
        /// Keyed digest: equal digests are equal values.
        pub digest: String,
    }
}

impl ConfigMap {
    /// Whether it has a key, in either form.
    pub fn has_key(&self, key: &str) -> bool {
        self.data.contains_key(key) || self.binary_data.contains_key(key)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.data.keys().chain(self.binary_data.keys()).map(String::as_str)
    }
}
