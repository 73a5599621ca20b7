//! The least ClusterRole for the chosen sources, made from their descriptions.
use crate::{
    options::Rbac,
    sources::{Right, SOURCES, Switch},
};
use std::fmt::Write as _;

/// Groups of a plain cluster, for when Secrets must be left out and `*` is therefore too much.
const GROUPS: &[&str] = &[
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "metrics.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];
/// The core group without Secrets.
const CORE: &[&str] = &[
    "componentstatuses",
    "configmaps",
    "endpoints",
    "events",
    "limitranges",
    "namespaces",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "pods",
    "podtemplates",
    "replicationcontrollers",
    "resourcequotas",
    "serviceaccounts",
    "services",
];

/// The ClusterRole as YAML, with a comment on each rule.
pub(crate) fn cluster_role(flags: &Rbac) -> String {
    let verbs = if flags.exec || flags.mongodb {
        "It changes nothing: `create` is what API servers ask for a connection into a pod."
    } else {
        "It never needs create, update, patch, delete or watch."
    };
    let mut yaml = format!(
        "# What tarbox-collect needs to read everything it can use. {verbs}\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: tarbox-collect\nrules:\n",
    );
    for source in SOURCES {
        let off = flags.no_secrets && source.switch == Switch::Off("--no-secrets");
        let unasked = source.grant.is_some_and(|flag| !flags.grants(flag));
        if off || unasked {
            continue;
        }
        if source.id == "objects" && flags.no_secrets {
            let groups: Vec<&str> = GROUPS.iter().copied().chain(flags.groups.iter().map(String::as_str)).collect();
            rule(&mut yaml, "objects: every kind but Secrets; add the groups of your CRDs with --group", &[""], CORE, &[], &["list"]);
            rule(&mut yaml, "objects", &groups, &["*"], &[], &["list"]);
            continue;
        }
        for right in source.rights {
            if source.id != "objects" && right.within_objects() {
                continue;
            }
            let comment =
                if source.id == "objects" { "objects: every kind, Secrets among them (list alone does not allow exec)" } else { source.id };
            rule(&mut yaml, comment, right.groups, right.resources, right.urls, right.verbs);
        }
    }
    yaml
}

impl Right {
    /// Whether listing every kind, which the objects source needs anyway, covers this.
    fn within_objects(&self) -> bool {
        self.urls.is_empty() && self.verbs == ["list"]
    }
}

fn rule(yaml: &mut String, comment: &str, groups: &[&str], resources: &[&str], urls: &[&str], verbs: &[&str]) {
    let list = |items: &[&str]| serde_json::to_string(items).unwrap_or_default();
    // Writing into a string cannot fail.
    let _ = writeln!(yaml, "  # {comment}");
    let _ = if urls.is_empty() {
        writeln!(yaml, "  - apiGroups: {}\n    resources: {}\n    verbs: {}", list(groups), list(resources), list(verbs))
    } else {
        writeln!(yaml, "  - nonResourceURLs: {}\n    verbs: {}", list(urls), list(verbs))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(no_secrets: bool, kubelet: bool) -> String {
        cluster_role(&Rbac { no_secrets, kubelet, groups: vec!["example.com".into()], ..Rbac::default() })
    }

    #[test]
    fn without_secrets_nothing_grants_secrets() {
        let yaml = role(true, false);
        assert!(!yaml.contains("secrets\"") && !yaml.contains("apiGroups: [\"*\"]"), "{yaml}");
        assert!(yaml.contains("\"example.com\""));
    }

    #[test]
    fn nodes_proxy_only_when_asked_for_and_never_a_writing_verb() {
        assert!(!role(false, false).contains("nodes/proxy") && role(false, true).contains("nodes/proxy"));
        for verb in ["create", "update", "patch", "delete", "watch", "\"*\"]\n    verbs: [\"*\"]"] {
            assert!(!role(false, true).lines().filter(|line| !line.starts_with('#')).any(|line| line.contains(verb)), "{verb}");
        }
    }

    #[test]
    fn the_role_in_deploy_is_what_the_sources_need() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/clusterrole.yaml");
        let role = cluster_role(&Rbac::default());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &role).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap_or_default(),
            role,
            "deploy/clusterrole.yaml is not what `rbac` prints: UPDATE=1 rewrites it"
        );
    }

    #[test]
    fn each_right_that_reaches_further_has_a_flag_of_its_own() {
        let with = |flags: Rbac| cluster_role(&flags);
        for (role, right) in [
            (with(Rbac { http: true, ..Rbac::default() }), "services/proxy"),
            (with(Rbac { exec: true, ..Rbac::default() }), "pods/exec"),
            (with(Rbac { mongodb: true, ..Rbac::default() }), "pods/portforward"),
        ] {
            assert!(role.contains(right) && !cluster_role(&Rbac::default()).contains(right), "{right}");
        }
    }
}
