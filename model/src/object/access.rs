//! Who may do what, and aggregated APIs.

use super::{Condition, LocalReference, Metadata};
use crate::lenient::shape;

shape! {
    /// A service account.
    pub struct ServiceAccount {
        /// Metadata.
        pub metadata: Metadata,
        /// Secrets for pulling images.
        pub image_pull_secrets: Vec<LocalReference>,
    }

    /// A Role or ClusterRole.
    pub struct Role {
        /// Metadata; a ClusterRole has no namespace.
        pub metadata: Metadata,
        /// What it allows.
        pub rules: Vec<AccessRule>,
    }

    /// One allowance.
    pub struct AccessRule {
        /// API groups.
        pub api_groups: Vec<String>,
        /// Resources.
        pub resources: Vec<String>,
        /// Names; every name when empty.
        pub resource_names: Vec<String>,
        /// Verbs.
        pub verbs: Vec<String>,
        /// Paths that are no resources.
        #[serde(rename = "nonResourceURLs")]
        pub non_resource_urls: Vec<String>,
    }

    /// A RoleBinding or ClusterRoleBinding.
    pub struct RoleBinding {
        /// Metadata; a ClusterRoleBinding has no namespace.
        pub metadata: Metadata,
        /// What is bound.
        pub role_ref: super::TargetReference,
        /// To whom.
        pub subjects: Vec<super::TargetReference>,
    }

    /// An aggregated API.
    pub struct ApiService {
        /// Metadata.
        pub metadata: Metadata,
        /// Spec.
        pub spec: ApiServiceSpec,
        /// Status.
        pub status: ApiServiceStatus,
    }

    /// Spec of an aggregated API.
    pub struct ApiServiceSpec {
        /// Who serves it; `None` is the API server itself.
        pub service: Option<super::TargetReference>,
        /// Group.
        pub group: String,
        /// Version.
        pub version: String,
    }

    /// Status of an aggregated API.
    pub struct ApiServiceStatus {
        /// Conditions: `Available`.
        pub conditions: Vec<Condition>,
    }
}
