//! Ingresses and their classes.

use super::{LoadBalancer, Metadata};
use crate::lenient::shape;

shape! {
    /// An Ingress.
    pub struct Ingress {
        /// Metadata.
        pub metadata: Metadata,
        /// What is wanted.
        pub spec: IngressSpec,
        /// What is.
        pub status: IngressStatus,
    }

    /// Spec of an Ingress.
    pub struct IngressSpec {
        /// Class; else the annotation `kubernetes.io/ingress.class`, else the default class.
        pub ingress_class_name: String,
        /// Where requests go that no rule matches.
        pub default_backend: Option<IngressBackend>,
        /// Rules.
        pub rules: Vec<IngressRule>,
        /// Certificates.
        pub tls: Vec<IngressTls>,
    }

    /// One host.
    pub struct IngressRule {
        /// Host; empty is every host.
        pub host: String,
        /// Paths.
        pub http: IngressPaths,
    }

    /// Paths of a host.
    pub struct IngressPaths {
        /// Paths.
        pub paths: Vec<IngressPath>,
    }

    /// One path.
    pub struct IngressPath {
        /// Path.
        pub path: String,
        /// `Prefix`, `Exact`, `ImplementationSpecific`.
        pub path_type: String,
        /// Where requests go.
        pub backend: IngressBackend,
    }

    /// Where requests go.
    pub struct IngressBackend {
        /// A Service.
        pub service: Option<ServiceBackend>,
    }

    /// A Service as a backend.
    pub struct ServiceBackend {
        /// Name.
        pub name: String,
        /// Port.
        pub port: BackendPort,
    }

    /// A Service's port by number or name.
    pub struct BackendPort {
        /// Number; 0 when a name is given.
        pub number: i32,
        /// Name.
        pub name: String,
    }

    /// A certificate for hosts.
    pub struct IngressTls {
        /// Hosts.
        pub hosts: Vec<String>,
        /// Secret with the certificate.
        pub secret_name: String,
    }

    /// Status of an Ingress.
    pub struct IngressStatus {
        /// Addresses.
        pub load_balancer: LoadBalancer,
    }

    /// An ingress class.
    pub struct IngressClass {
        /// Metadata; annotation `ingressclass.kubernetes.io/is-default-class`.
        pub metadata: Metadata,
        /// Spec.
        pub spec: IngressClassSpec,
    }

    /// Spec of an ingress class.
    pub struct IngressClassSpec {
        /// Who serves it.
        pub controller: String,
    }
}

impl Ingress {
    /// Every backend with the JSON pointer of its `service`.
    pub fn backends(&self) -> Vec<(String, &ServiceBackend)> {
        let default =
            self.spec.default_backend.iter().filter_map(|b| Some(("/spec/defaultBackend/service".to_owned(), b.service.as_ref()?)));
        let rules = self.spec.rules.iter().enumerate().flat_map(|(r, rule)| {
            rule.http.paths.iter().enumerate().filter_map(move |(p, path)| {
                Some((format!("/spec/rules/{r}/http/paths/{p}/backend/service"), path.backend.service.as_ref()?))
            })
        });
        default.chain(rules).collect()
    }
}
