//! What a `kubectl` (or `oc`, or `helm`) command asked for, and where its output goes.

use serde_json::json;

use super::blocks::Block;
use super::drafts::{Drafts, Fullness};
use super::{describe, releases, tables};
use crate::foreign::documents;

/// A command, as far as its output is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kubectl {
    pub(crate) verb: Verb,
    /// `default` when it does not say.
    pub(crate) namespace: String,
}

/// What it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verb {
    Get {
        resource: String,
        /// Whether all of the resource was asked for.
        all: bool,
        /// `yaml`, `json`, `wide`; empty for the plain table.
        output: String,
    },
    Describe {
        resource: String,
    },
    Logs {
        target: String,
        container: String,
        previous: bool,
    },
    HelmHistory {
        release: String,
    },
    HelmList,
    HelmStatus,
    /// `kubectl top`.
    Top,
    RolloutStatus {
        /// `deployment/web`.
        target: String,
    },
    RolloutHistory,
    /// A command in a pod's container.
    Exec {
        target: String,
    },
    /// `kubectl cluster-info dump`.
    Dump,
    Other,
}

impl Kubectl {
    /// Takes a command apart; `None` when it is none of these.
    pub(crate) fn parse(command: &str) -> Option<Self> {
        let end = command.find(['|', '>', ';', '&']).unwrap_or(command.len());
        let mut words =
            command.get(..end)?.split_whitespace().skip_while(|w| matches!(*w, "sudo" | "watch" | "time") || w.contains('=')).peekable();
        let mut tool = words.next()?.rsplit('/').next()?.to_owned();
        // Distributions that bring their own: `k3s kubectl`, `microk8s.kubectl`, `minikube kubectl --`.
        if matches!(tool.as_str(), "k3s" | "rke2" | "microk8s" | "minikube") {
            tool = words.next()?.to_owned();
            words.next_if_eq(&"--");
        }
        if tool == "microk8s.kubectl" {
            "kubectl".clone_into(&mut tool);
        }
        if !matches!(tool.as_str(), "kubectl" | "k" | "oc" | "kubecolor" | "helm") {
            return None;
        }
        let (mut namespace, mut output, mut container, mut filtered, mut previous) =
            ("default".to_owned(), String::new(), String::new(), false, false);
        let mut plain: Vec<&str> = Vec::new();
        while let Some(word) = words.next() {
            // What follows is another program's.
            if word == "--" {
                break;
            }
            let (flag, value) = word.split_once('=').map_or((word, None), |(f, v)| (f, Some(v)));
            let mut value = || value.map(str::to_owned).or_else(|| words.next().map(str::to_owned)).unwrap_or_default();
            match flag {
                "-n" | "--namespace" => namespace = value(),
                "-o" | "--output" => output = value(),
                "-c" | "--container" => container = value(),
                "-p" | "--previous" => previous = true,
                "-l" | "--selector" | "--field-selector" => {
                    value();
                    filtered = true;
                }
                "--context" | "--kubeconfig" | "--sort-by" | "--tail" | "--since" | "--chunk-size" | "-f"
                    if flag != "-f" || plain.first() != Some(&"logs") =>
                {
                    value();
                }
                flag if flag.starts_with("-o") && flag.len() > 2 => output = flag.trim_start_matches("-o").to_owned(),
                flag if flag.starts_with("-n") && flag.len() > 2 && !flag.starts_with("--") => {
                    namespace = flag.trim_start_matches("-n").to_owned()
                }
                flag if flag.starts_with('-') => {}
                _ => plain.push(word),
            }
        }
        let verb = match (tool.as_str(), plain.as_slice()) {
            ("helm", ["history" | "hist", release, ..]) => Verb::HelmHistory { release: (*release).to_owned() },
            ("helm", ["list" | "ls", ..]) => Verb::HelmList,
            ("helm", ["status" | "upgrade" | "install" | "rollback", ..]) => Verb::HelmStatus,
            ("helm", _) => Verb::Other,
            (_, ["top", ..]) => Verb::Top,
            (_, ["rollout", "status", target @ ..]) => Verb::RolloutStatus { target: target.join("/") },
            (_, ["rollout", "history", ..]) => Verb::RolloutHistory,
            (_, ["exec", target, ..]) => Verb::Exec { target: (*target).to_owned() },
            (_, ["cluster-info", "dump", ..]) => Verb::Dump,
            (_, ["events", ..]) => Verb::Get { resource: "events".to_owned(), all: !filtered, output },
            (_, ["get", resource, names @ ..]) => {
                // Whoever filters by `| grep` sees a part of it.
                let piped =
                    command.contains("| grep") || command.contains("|grep") || command.contains("| head") || command.contains("| awk");
                Verb::Get {
                    resource: (*resource).to_owned(),
                    all: names.is_empty() && !filtered && !piped && !resource.contains('/'),
                    output,
                }
            }
            (_, ["describe", resource, ..]) => Verb::Describe { resource: (*resource).to_owned() },
            (_, ["logs" | "log", target, rest @ ..]) => {
                let container = if container.is_empty() { rest.first().map_or(String::new(), |c| (*c).to_owned()) } else { container };
                Verb::Logs { target: (*target).to_owned(), container, previous }
            }
            (_, ["logs" | "log"]) => Verb::Logs { target: String::new(), container, previous },
            _ => Verb::Other,
        };
        Some(Self { verb, namespace })
    }
}

/// Reads a command's output.
pub(crate) fn read(command: &Kubectl, block: &Block<'_>, drafts: &mut Drafts) {
    let namespace = command.namespace.as_str();
    match &command.verb {
        Verb::Get { output, .. } if output.starts_with("yaml") || output.starts_with("json") && !output.starts_with("jsonpath") => {
            whole(block, drafts)
        }
        Verb::Get { resource, all, output } if matches!(output.as_str(), "" | "wide") => {
            // `kubectl get deploy,rs,pods` names the kind in each row.
            let kind = kind_of_word(resource);
            tables::read(kind, namespace, block, drafts);
            if let (Some(kind), true) = (kind, *all) {
                drafts.listed(&documents::topic(kind), block.lines.len());
            }
        }
        Verb::Describe { resource } => {
            let resource = resource.split_once('/').map_or(resource.as_str(), |(kind, _)| kind);
            described(kind_of_word(resource), namespace, block, drafts);
        }
        Verb::HelmHistory { release } => releases::history(namespace, release, block, drafts),
        Verb::HelmList => releases::list(namespace, block, drafts),
        Verb::HelmStatus => releases::status(namespace, block, drafts),
        Verb::RolloutStatus { target } => rollout(target, namespace, block, drafts),
        Verb::RolloutHistory => revisions(namespace, block, drafts),
        _ => {}
    }
}

/// `kubectl rollout status` has a word for a rollout that took too long.
fn rollout(target: &str, namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let Some((word, name)) = target.split_once('/') else { return };
    let Some(at) = block.lines.iter().position(|l| l.contains("exceeded its progress deadline")) else { return };
    if kind_of_word(word) == Some("Deployment") {
        let late =
            json!({ "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": block.lines.get(at) });
        drafts.add("Deployment", namespace, name, json!({ "status": { "conditions": [late] } }), Fullness::Mention, vec![block.line(at)]);
    }
}

/// `kubectl rollout history`: the newest revision of each Deployment that it shows.
fn revisions(namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let mut name: Option<&str> = None;
    let mut newest: Option<(usize, i64)> = None;
    let note = |name: Option<&str>, newest: Option<(usize, i64)>, drafts: &mut Drafts| {
        if let (Some(name), Some((at, revision))) = (name, newest) {
            let metadata = json!({ "annotations": { "deployment.kubernetes.io/revision": revision.to_string() } });
            drafts.add("Deployment", namespace, name, json!({ "metadata": metadata }), Fullness::Mention, vec![block.line(at)]);
        }
    };
    for (i, line) in block.lines.iter().enumerate() {
        if let Some(next) = line.trim().strip_prefix("deployment.apps/") {
            note(name, newest.take(), drafts);
            name = next.split_whitespace().next();
        } else if let Some(revision) = line.split_whitespace().next().and_then(|word| word.parse().ok()) {
            newest = Some((i, revision));
        }
    }
    note(name, newest, drafts);
}

/// Reads output whose command is not told: by what it looks like.
pub(crate) fn guess(block: &Block<'_>, drafts: &mut Drafts) {
    let first = block.lines.iter().find(|l| !l.trim().is_empty()).map(|l| l.trim()).unwrap_or_default();
    if first.starts_with("apiVersion:") || first.starts_with("kind:") || first.starts_with('{') || first == "---" {
        whole(block, drafts);
    } else if first.starts_with("Name:") {
        described(None, "default", block, drafts);
    } else {
        tables::read(None, "default", block, drafts);
    }
}

/// Whole objects, YAML or JSON.
fn whole(block: &Block<'_>, drafts: &mut Drafts) {
    let lines: Vec<(u32, String)> = (0..block.lines.len()).map(|i| block.line(i)).collect();
    for value in documents::objects_of(&block.text()) {
        let text = |pointer: &str| value.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let (kind, namespace, name) = (text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
        if kind == "Event" {
            drafts.event(value, lines.first().cloned().unwrap_or_default());
        } else {
            drafts.add(&kind, &namespace, &name, value, Fullness::Whole, lines.clone());
        }
    }
}

/// Manifests are what somebody wanted, not what the cluster has. A claim's spec alone cannot be changed once it is there, and neither
/// a table nor `describe` shows what a waiting claim asks for: its manifest does, where the cluster is seen to have the claim.
pub(crate) fn wanted(block: &Block<'_>, drafts: &mut Drafts) {
    const KIND: &str = "PersistentVolumeClaim";
    let mut from = 0;
    while from < block.lines.len() {
        let rest = block.lines.get(from..).unwrap_or_default();
        let length = rest.iter().position(|l| l.trim_end() == "---").unwrap_or(rest.len());
        let part = rest.get(..length).unwrap_or_default();
        if part.iter().any(|l| l.trim_end() == "kind: PersistentVolumeClaim") {
            for value in documents::objects_of(&part.join("\n")) {
                let text = |pointer: &str| value.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
                let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
                if text("/kind") == KIND && drafts.knows(KIND, &namespace, &name) {
                    let lines = (from..from + length).map(|i| block.line(i)).collect();
                    drafts.add(KIND, &namespace, &name, value, Fullness::Mention, lines);
                }
            }
        }
        from += length + 1;
    }
}

/// One object after the other, each beginning with its name.
fn described(kind: Option<&'static str>, namespace: &str, block: &Block<'_>, drafts: &mut Drafts) {
    let starts: Vec<usize> = block.lines.iter().enumerate().filter(|(_, l)| l.starts_with("Name:")).map(|(i, _)| i).collect();
    for (n, &from) in starts.iter().enumerate() {
        let to = starts.get(n + 1).copied().unwrap_or(block.lines.len());
        describe::read(kind, namespace, block, from..to, drafts);
    }
}

/// The kind that a word on a command line means: plural, singular, short.
pub(crate) fn kind_of_word(word: &str) -> Option<&'static str> {
    let word = word.split(['.', '/', ',']).next().unwrap_or(word).to_ascii_lowercase();
    let long = match word.as_str() {
        "po" => "pods",
        "svc" => "services",
        "deploy" => "deployments",
        "rs" => "replicasets",
        "sts" => "statefulsets",
        "ds" => "daemonsets",
        "ep" => "endpoints",
        "cm" => "configmaps",
        "sa" => "serviceaccounts",
        "sc" => "storageclasses",
        "ing" => "ingresses",
        "no" => "nodes",
        "ns" => "namespaces",
        "ev" => "events",
        "quota" => "resourcequotas",
        "limits" => "limitranges",
        "netpol" => "networkpolicies",
        "hpa" => "horizontalpodautoscalers",
        "pdb" => "poddisruptionbudgets",
        "cj" => "cronjobs",
        other => other,
    };
    documents::kind_of_file(long)
}

impl Block<'_> {
    /// A line of the output with its number in the text.
    pub(crate) fn line(&self, index: usize) -> (u32, String) {
        let number = u32::try_from(self.start + index + 1).unwrap_or(u32::MAX);
        (number, self.lines.get(index).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_as_people_type_them() {
        let parse = |text| Kubectl::parse(text).unwrap();
        let get = |resource: &str, all, output: &str| Verb::Get { resource: resource.to_owned(), all, output: output.to_owned() };
        assert_eq!(parse("kubectl get pods -n web -o wide").verb, get("pods", true, "wide"));
        assert_eq!(parse("kubectl -n=web get po web-0").namespace, "web");
        assert_eq!(parse("k get deploy web -oyaml | less").verb, get("deploy", false, "yaml"));
        assert_eq!(parse("kubectl get pods -A | grep web").verb, get("pods", false, ""));
        let logs = Verb::Logs { target: "deploy/web".to_owned(), container: "app".to_owned(), previous: true };
        assert_eq!(parse("kubectl logs deploy/web -c app --previous --tail=100").verb, logs);
        assert_eq!(parse("sudo k3s kubectl get pods").verb, get("pods", true, ""));
        assert_eq!(parse("microk8s kubectl get pods").verb, get("pods", true, ""));
        assert_eq!(parse("microk8s.kubectl get pods").verb, get("pods", true, ""));
        assert_eq!(parse("minikube kubectl -- get pods").verb, get("pods", true, ""));
        assert_eq!(parse("oc get pods").verb, get("pods", true, ""));
        assert_eq!(parse("kubectl events -n web").verb, get("events", true, ""));
        assert_eq!(Kubectl::parse("cat x.yaml"), None);
        assert_eq!(
            (kind_of_word("deployments.apps"), kind_of_word("svc"), kind_of_word("pvc")),
            (Some("Deployment"), Some("Service"), Some("PersistentVolumeClaim"))
        );
    }
}
