//! What changed from one pod template to the next, in words, each with its place in the new template.

use tarbox_model::object::{Container, EnvVar, PodTemplate, Probe};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// In words: `image of app: a → b`.
    pub(super) words: String,
    /// Where it stands in the new template: `/spec/containers/0/image`; `None` when something is gone.
    pub(super) pointer: Option<String>,
    /// What stands there.
    pub(super) quote: String,
}

/// Longest value shown of an environment variable.
const SHOWN: usize = 60;

/// All changes, the most telling first: images, then variables, then the rest.
pub(super) fn changes(old: &PodTemplate, new: &PodTemplate) -> Vec<Change> {
    let mut all = Changes::default();
    for (list, before, after) in [
        ("initContainers", &old.spec.init_containers, &new.spec.init_containers),
        ("containers", &old.spec.containers, &new.spec.containers),
    ] {
        for (i, container) in after.iter().enumerate() {
            let place = format!("/spec/{list}/{i}");
            match before.iter().find(|c| c.name == container.name) {
                Some(known) => all.container(known, container, &place),
                None => all.add(0, format!("container `{}` is new", container.name), Some(format!("{place}/name")), &container.name),
            }
        }
        for gone in before.iter().filter(|c| after.iter().all(|n| n.name != c.name)) {
            all.add(0, format!("container `{}` is gone", gone.name), None, "");
        }
    }
    let (a, b) = (&old.spec, &new.spec);
    if a.service_account_name != b.service_account_name {
        let words = format!("service account: {} → {}", or_none(&a.service_account_name), or_none(&b.service_account_name));
        let pointer = (!b.service_account_name.is_empty()).then(|| "/spec/serviceAccountName".to_owned());
        all.add(2, words, pointer, &b.service_account_name);
    }
    for (changed, what) in [
        (a.node_selector != b.node_selector, "nodeSelector"),
        (a.affinity != b.affinity, "affinity"),
        (a.tolerations != b.tolerations, "tolerations"),
        (a.volumes != b.volumes, "volumes"),
        (a.security_context != b.security_context, "security context of the pod"),
        (a.image_pull_secrets != b.image_pull_secrets, "image pull secrets"),
        (a.topology_spread_constraints != b.topology_spread_constraints, "topology spread"),
        (a.scheduler_name != b.scheduler_name, "scheduler"),
        (a.dns_policy != b.dns_policy || a.dns_config != b.dns_config, "DNS settings"),
        (a.host_network != b.host_network, "host network"),
        (a.termination_grace_period_seconds != b.termination_grace_period_seconds, "grace period"),
    ] {
        if changed {
            all.add(3, format!("{what} changed"), None, "");
        }
    }
    all.sorted()
}

#[derive(Default)]
struct Changes {
    list: Vec<(u8, Change)>,
}

impl Changes {
    fn add(&mut self, rank: u8, words: String, pointer: Option<String>, quote: &str) {
        let pointer = pointer.filter(|_| !quote.is_empty());
        self.list.push((rank, Change { words, pointer, quote: quote.to_owned() }));
    }

    fn sorted(mut self) -> Vec<Change> {
        self.list.sort_by_key(|(rank, _)| *rank);
        self.list.into_iter().map(|(_, change)| change).collect()
    }

    fn container(&mut self, old: &Container, new: &Container, place: &str) {
        let name = &new.name;
        if old.image != new.image {
            self.add(0, format!("image of `{name}`: {} → {}", old.image, new.image), Some(format!("{place}/image")), &new.image);
        }
        for (i, env) in new.env.iter().enumerate() {
            let words = match old.env.iter().find(|e| e.name == env.name) {
                None => format!("variable `{}` is new", env.name),
                Some(before) if before != env => variable(before, env),
                Some(_) => continue,
            };
            self.add(1, words, Some(format!("{place}/env/{i}/name")), &env.name);
        }
        for gone in old.env.iter().filter(|e| new.env.iter().all(|n| n.name != e.name)) {
            self.add(1, format!("variable `{}` is gone", gone.name), None, "");
        }
        self.resources(old, new, place);
        for (kind, field, before, after) in [
            ("readiness probe", "readinessProbe", &old.readiness_probe, &new.readiness_probe),
            ("liveness probe", "livenessProbe", &old.liveness_probe, &new.liveness_probe),
            ("startup probe", "startupProbe", &old.startup_probe, &new.startup_probe),
        ] {
            if before != after {
                let words = format!("{kind} of `{name}`{}", probe(before.as_ref(), after.as_ref()));
                let port = after.as_ref().and_then(|p| {
                    Some(("httpGet", p.http_get.as_ref()?.port.to_string()))
                        .or_else(|| Some(("tcpSocket", p.tcp_socket.as_ref()?.port.to_string())))
                });
                let (pointer, quote) = port
                    .map_or_else(|| (format!("{place}/name"), name.clone()), |(what, port)| (format!("{place}/{field}/{what}/port"), port));
                self.add(2, words, Some(pointer), &quote);
            }
        }
        for (changed, what, field) in [
            (old.command != new.command || old.args != new.args, "command", "/name"),
            (old.ports != new.ports, "ports", "/name"),
            (old.env_from != new.env_from, "envFrom", "/name"),
            (old.volume_mounts != new.volume_mounts, "mounts", "/name"),
            (old.security_context != new.security_context, "security context", "/name"),
            (old.image_pull_policy != new.image_pull_policy, "pull policy", "/name"),
            (old.lifecycle != new.lifecycle, "hooks", "/name"),
        ] {
            if changed {
                self.add(2, format!("{what} of `{name}` changed"), Some(format!("{place}{field}")), name);
            }
        }
    }

    fn resources(&mut self, old: &Container, new: &Container, place: &str) {
        for (kind, before, after) in
            [("limit", &old.resources.limits, &new.resources.limits), ("request", &old.resources.requests, &new.resources.requests)]
        {
            let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for key in keys {
                let (a, b) = (before.get(key), after.get(key));
                if a != b {
                    let words = format!(
                        "{key} {kind} of `{}`: {} → {}",
                        new.name,
                        or_none(a.map_or("", String::as_str)),
                        or_none(b.map_or("", String::as_str))
                    );
                    let pointer = b.map(|_| format!("{place}/resources/{kind}s/{}", key.replace('~', "~0").replace('/', "~1")));
                    self.add(2, words, pointer, b.map_or("", String::as_str));
                }
            }
        }
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// How a variable changed. Values are shown only when they are short and no secret by their name.
fn variable(old: &EnvVar, new: &EnvVar) -> String {
    let name = &new.name;
    let key = |e: &EnvVar| {
        let from = e.value_from.as_ref()?;
        let secret = from.secret_key_ref.as_ref().map(|k| format!("key `{}` of Secret `{}`", k.key, k.name));
        secret.or_else(|| from.config_map_key_ref.as_ref().map(|k| format!("key `{}` of ConfigMap `{}`", k.key, k.name)))
    };
    let open = |e: &EnvVar| e.value.as_ref().filter(|v| v.len() <= SHOWN && !v.contains('@')).cloned();
    let hidden = ["PASS", "SECRET", "TOKEN", "KEY", "CREDENTIAL"].iter().any(|w| name.to_ascii_uppercase().contains(w));
    match (key(old), key(new), open(old), open(new)) {
        (Some(a), Some(b), ..) => format!("variable `{name}`: {a} → {b}"),
        (_, _, Some(a), Some(b)) if !hidden => format!("variable `{name}`: {} → {}", or_none(&a), or_none(&b)),
        _ => format!("variable `{name}` changed"),
    }
}

/// What of a probe changed: ` : port 5000 → 5001`.
fn probe(old: Option<&Probe>, new: Option<&Probe>) -> String {
    let (Some(old), Some(new)) = (old, new) else { return if new.is_some() { " is new".to_owned() } else { " is gone".to_owned() } };
    let target = |p: &Probe| {
        let http = p.http_get.as_ref().map(|h| format!("{}{} on port {}", if h.scheme == "HTTPS" { "https " } else { "" }, h.path, h.port));
        let tcp = p.tcp_socket.as_ref().map(|t| format!("TCP port {}", t.port));
        let grpc = p.grpc.as_ref().map(|g| format!("gRPC port {}", g.port));
        http.or(tcp).or(grpc).or_else(|| p.exec.as_ref().map(|_| "a command".to_owned())).unwrap_or_default()
    };
    let number = |n: Option<i64>| n.map_or("default".to_owned(), |n| n.to_string());
    let mut parts: Vec<String> = Vec::new();
    if target(old) != target(new) {
        parts.push(format!("{} → {}", target(old), target(new)));
    }
    for (what, a, b) in [
        ("delay", old.initial_delay_seconds, new.initial_delay_seconds),
        ("period", old.period_seconds, new.period_seconds),
        ("timeout", old.timeout_seconds, new.timeout_seconds),
        ("failures", old.failure_threshold, new.failure_threshold),
    ] {
        if a != b {
            parts.push(format!("{what} {} → {}", number(a), number(b)));
        }
    }
    if parts.is_empty() { " changed".to_owned() } else { format!(": {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(json: serde_json::Value) -> PodTemplate {
        serde_json::from_value(json).unwrap_or_default()
    }

    #[test]
    fn tells_what_changed_and_where_but_no_secret() {
        let old = template(serde_json::json!({"spec": {"containers": [{"name": "app", "image": "app:1",
            "env": [{"name": "PORT", "value": "5000"}, {"name": "API_TOKEN", "value": "one"}, {"name": "URI", "valueFrom": {"secretKeyRef": {"name": "s", "key": "uri"}}}],
            "resources": {"limits": {"memory": "256Mi"}}, "readinessProbe": {"httpGet": {"path": "/", "port": 5000}}}]}}));
        let new = template(serde_json::json!({"spec": {"serviceAccountName": "app", "containers": [{"name": "app", "image": "app:2",
            "env": [{"name": "PORT", "value": "5001"}, {"name": "API_TOKEN", "value": "two"}, {"name": "URI", "valueFrom": {"secretKeyRef": {"name": "s", "key": "url"}}}],
            "resources": {"limits": {"memory": "64Mi"}}, "readinessProbe": {"httpGet": {"path": "/", "port": 5001}, "timeoutSeconds": 2}}]}}));
        let found: Vec<(String, Option<String>)> = changes(&old, &new).into_iter().map(|c| (c.words, c.pointer)).collect();
        let at = |p: &str| Some(p.to_owned());
        assert_eq!(
            found,
            [
                ("image of `app`: app:1 → app:2".to_owned(), at("/spec/containers/0/image")),
                ("variable `PORT`: 5000 → 5001".to_owned(), at("/spec/containers/0/env/0/name")),
                ("variable `API_TOKEN` changed".to_owned(), at("/spec/containers/0/env/1/name")),
                ("variable `URI`: key `uri` of Secret `s` → key `url` of Secret `s`".to_owned(), at("/spec/containers/0/env/2/name")),
                ("memory limit of `app`: 256Mi → 64Mi".to_owned(), at("/spec/containers/0/resources/limits/memory")),
                (
                    "readiness probe of `app`: / on port 5000 → / on port 5001, timeout default → 2".to_owned(),
                    at("/spec/containers/0/readinessProbe/httpGet/port")
                ),
                ("service account: none → app".to_owned(), at("/spec/serviceAccountName")),
            ]
        );
    }
}
