//! # registry-tls-failure
//!
//! The node and the registry come to no agreement over TLS.
//!
//! ## What it detects
//! Containers that wait for an image because the registry's certificate is not trusted, has lapsed or bears another name, or
//! because the registry speaks plain HTTP where HTTPS is asked of it.
//!
//! ## Why it happens
//! A registry with a certificate of one's own authority that the nodes do not know, a proxy that opens TLS, or a registry
//! without TLS that the runtime has not been told of.
//!
//! ## How to confirm
//! On the node: `curl -v https://REGISTRY/v2/`.
//!
//! ## How to fix
//! Give the nodes the authority's certificate, or the registry a certificate that fits; for plain HTTP, name the registry in the
//! runtime's configuration.
//!
//! ## When it stays silent
//! When the registry answers, be it with a refusal.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, Rule};

use super::pull::{Failure, Pull, parts, waiting};

/// The rule.
pub static RULE: Rule = Rule {
    id: "registry-tls-failure",
    title: "The node and the registry come to no agreement over TLS",
    level: Level::Cause,
    severity: Severity::Critical,
    guide: "Registry Connectivity Issues",
    needs: &[Need::Objects("pods")],
    produces: &[Effect::ImageUnavailable],
    explained_by: &[],
    check,
};

/// What the Go library says, and what it means.
const MEANINGS: [(&str, &str); 6] = [
    ("server gave HTTP response", "the registry speaks plain HTTP, and the runtime asks by HTTPS"),
    ("unknown authority", "its certificate is signed by an authority that the node does not know"),
    ("has expired", "its certificate has lapsed, or is not yet valid by the node's clock"),
    ("not yet valid", "its certificate has lapsed, or is not yet valid by the node's clock"),
    ("valid for", "its certificate bears another name"),
    ("SANs", "its certificate does not bear the name or address by which it is asked"),
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    waiting(context).iter().filter(|p| p.failure == Failure::Tls).map(finding).collect()
}

fn finding(pull: &Pull<'_>) -> Finding {
    let (registry, ..) = parts(pull.image);
    let node = pull.pod.spec.node_name.as_str();
    let meaning = MEANINGS.iter().find(|(words, _)| pull.error.contains(words)).map_or("TLS fails", |(_, meaning)| meaning);
    let plain = pull.error.contains("server gave HTTP response");
    let finding = pull.finding(format!("Registry `{registry}` and node `{node}` do not agree over TLS")).confidence(0.96).summary(format!(
        "`{}` was never asked for: {meaning}. The runtime says: {}",
        pull.image,
        pull.said()
    ));
    if plain {
        finding.remedy(
            "Tell containerd, on every node, that this registry speaks plain HTTP (a registry with TLS is better).",
            format!("mkdir -p /etc/containerd/certs.d/{registry}; printf 'server = \"http://{registry}\"\\n' > /etc/containerd/certs.d/{registry}/hosts.toml"),
        )
    } else {
        finding
            .remedy("See which certificate it shows.", format!("openssl s_client -connect {registry}{} -showcerts </dev/null", if registry.contains(':') { "" } else { ":443" }))
            .remedy(
                "If the authority is one's own, give its certificate to containerd, on every node.",
                format!("mkdir -p /etc/containerd/certs.d/{registry}; printf 'server = \"https://{registry}\"\\n[host.\"https://{registry}\"]\\n  ca = \"/etc/containerd/certs.d/{registry}/ca.crt\"\\n' > /etc/containerd/certs.d/{registry}/hosts.toml"),
            )
    }
}
