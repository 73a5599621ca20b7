//! The rule that is missing, as YAML.

use std::collections::{BTreeMap, BTreeSet};

use super::forbidden::Forbidden;

/// A command that gives a user what it may not do: a Role and its binding for each namespace, a ClusterRole where it is the
/// whole cluster.
pub(super) fn missing(user: &str, things: &[&Forbidden]) -> String {
    let mut by_place: BTreeMap<&str, Vec<&Forbidden>> = BTreeMap::new();
    for thing in things {
        by_place.entry(&thing.namespace).or_default().push(thing);
    }
    let documents: Vec<String> = by_place.iter().map(|(place, things)| document(user, place, things)).collect();
    format!("kubectl apply -f - <<'YAML'\n{}YAML", documents.join("---\n"))
}

fn document(user: &str, place: &str, things: &[&Forbidden]) -> String {
    let account = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
    let name = format!("{}-access", account.map_or(user, |(_, name)| name).replace([':', '@', '.'], "-"));
    let (kind, at) = if place.is_empty() { ("ClusterRole", String::new()) } else { ("Role", format!(", namespace: {place}")) };
    let mut verbs: BTreeMap<(&str, &str, bool), BTreeSet<&str>> = BTreeMap::new();
    for thing in things {
        verbs.entry((&thing.group, &thing.resource, thing.is_path)).or_default().insert(&thing.verb);
    }
    let rules: String = verbs
        .iter()
        .map(|((group, resource, is_path), verbs)| {
            let verbs = verbs.iter().copied().collect::<Vec<_>>().join(", ");
            if *is_path {
                format!("- {{nonResourceURLs: [\"{resource}\"], verbs: [{verbs}]}}\n")
            } else {
                format!("- {{apiGroups: [\"{group}\"], resources: [\"{resource}\"], verbs: [{verbs}]}}\n")
            }
        })
        .collect();
    let subject = match account {
        Some((namespace, name)) => format!("{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}"),
        None => format!("{{kind: User, name: \"{user}\", apiGroup: rbac.authorization.k8s.io}}"),
    };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}{at}}}\nrules:\n{rules}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}Binding\nmetadata: {{name: {name}{at}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {name}}}\nsubjects: [{subject}]\n"
    )
}
