//! A text in which somebody pasted a terminal session, into the same snapshot: commands are told from their output, tables, `describe` and
//! documents become objects, logs become logs. Evidence is a line of the text. What is not understood stays text.

mod alerts;
mod blocks;
mod clock;
mod describe;
mod drafts;
mod indented;
mod kubectl;
mod network;
mod owners;
mod pod;
mod releases;
mod shell;
mod tables;
mod units;
mod usage;

use std::sync::Arc;

use tarbox_model::coverage::{Coverage, Outcome, SourceCoverage};
use tarbox_model::evidence::{Origin, Shown};
use tarbox_model::facts::MongoAnswer;
use tarbox_model::log::Run;
use tarbox_model::snapshot::Snapshot;

use crate::foreign;
use crate::logs::LogScanner;
use crate::order;
use blocks::Block;
use clock::Clock;
use drafts::Drafts;
use kubectl::{Kubectl, Verb};

/// Whether bytes are a text that may be a transcript.
pub(crate) fn is_text(head: &[u8]) -> bool {
    !head.contains(&0)
        && std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none() && e.valid_up_to() > 0, |text| !text.trim().is_empty())
}

/// Reads a text; `name` is what evidence calls it.
pub(crate) fn read(name: &str, bytes: &[u8], scanner: &LogScanner) -> Snapshot {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    let blocks = blocks::split(&lines);
    let clock = Clock::new(&lines);
    let path: Arc<str> = Arc::from(name);
    let mut drafts = Drafts::new(clock);
    let (mut logs, mut manifests) = (Vec::new(), Vec::new());
    let (mut told, mut units, mut usage, mut dumps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut answers, mut inside) = (Vec::new(), None::<(String, String)>);
    for block in &blocks {
        if matches!(block.tool(), "cat" | "curl" | "amtool" | "") {
            told.extend(alerts::read(&path, block));
        }
        if block.command.contains("systemctl status") {
            let prompt = block.start.checked_sub(1).and_then(|i| lines.get(i)).map_or("", String::as_str);
            units.extend(units::read(&path, prompt, block));
        }
        let command = Kubectl::parse(&block.command);
        // A shell in a pod stays there until another command of kubectl.
        match &command {
            Some(Kubectl { verb: Verb::Exec { target }, namespace }) => inside = Some((namespace.clone(), target.clone())),
            Some(_) => inside = None,
            None => {}
        }
        if let Some(asked) = database_command(&block.command) {
            answers.push((block, asked, inside.clone()));
            continue;
        }
        match command {
            Some(Kubectl { verb: Verb::Top, namespace }) => usage.push((block, namespace)),
            // What a client in a pod meets is as good as what its program says.
            Some(Kubectl { verb: Verb::Exec { target }, namespace }) if calls_out(&block.command) => {
                logs.push((block, namespace, target, String::new(), false));
            }
            Some(Kubectl { verb: Verb::Dump, .. }) => dumps.push(block),
            Some(Kubectl { verb: Verb::Logs { target, container, previous }, namespace }) => {
                logs.push((block, namespace, target, container, previous));
            }
            Some(command) => kubectl::read(&command, block, &mut drafts),
            // Manifests are what somebody wanted, not what the cluster has.
            None if block.tool() == "cat" => manifests.push(block),
            None if matches!(block.tool(), "vi" | "vim" | "nano" | "git" | "diff" | "echo") => {}
            None if block.command.is_empty() => kubectl::guess(block, &mut drafts),
            None => logs.push((block, String::new(), String::new(), block.tool().to_owned(), false)),
        }
    }
    manifests.into_iter().for_each(|block| kubectl::wanted(block, &mut drafts));
    let mut snapshot = drafts.finish(&path);
    owners::adopt_replica_sets(&mut snapshot);
    (snapshot.alerts, snapshot.node_units) = (told, units);
    for (block, namespace) in usage {
        usage::read(&path, &namespace, block, &mut snapshot);
    }
    for (block, asked, place) in answers {
        answer(&path, block, asked, place, &mut snapshot);
    }
    for block in dumps {
        snapshot.append(foreign::stream_at(&path, block.text().as_bytes(), block.first_line(), scanner));
    }
    for (block, namespace, target, container, previous) in logs {
        let (body, first_line) = (block.text(), block.first_line());
        if is_refusal(&body) {
            continue;
        }
        let (namespace, pod) = pod_of(&snapshot, &namespace, &target);
        let run = if previous { Run::Previous } else { Run::Current };
        snapshot.logs.push(scanner.scan(body.as_bytes(), first_line).finish(Arc::clone(&path), &namespace, &pod, &container, run));
    }
    snapshot.facts.format = "transcript of a terminal session".to_owned();
    let coverage = coverage(&snapshot);
    snapshot.coverage = coverage;
    order::sort(&mut snapshot);
    snapshot
}

/// Whether a command in a pod tries to reach something.
fn calls_out(command: &str) -> bool {
    let inside = command.split_once(" -- ").map_or(command, |(_, inside)| inside);
    let tools = [
        "nc",
        "ncat",
        "curl",
        "wget",
        "nslookup",
        "dig",
        "host",
        "getent",
        "ping",
        "telnet",
        "mongosh",
        "mongo",
        "psql",
        "redis-cli",
        "mysql",
    ];
    inside
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';'))
        .any(|word| tools.contains(&word.rsplit('/').next().unwrap_or(word)))
}

/// The database's command whose answer a command prints.
fn database_command(command: &str) -> Option<&'static str> {
    let asks = |words: &[&str]| words.iter().any(|word| command.contains(word));
    // What goes through another program is no whole answer any more.
    if command.contains(" | ") {
        return None;
    }
    if asks(&["rs.status()", "replSetGetStatus"]) {
        return Some("replSetGetStatus");
    }
    asks(&["db.serverStatus()", "serverStatus: 1", "serverStatus:1"]).then_some("serverStatus")
}

/// The answer of a database's shell.
fn answer(path: &Arc<str>, block: &Block<'_>, asked: &str, place: Option<(String, String)>, into: &mut Snapshot) {
    let Some(answer) = shell::value(&block.text()).filter(serde_json::Value::is_object) else { return };
    let lines = (0..block.lines.len()).map(|i| block.line(i)).filter(|(_, line)| !line.trim().is_empty()).collect();
    let origin = Origin { shown: Some(Arc::new(Shown { lines })), ..Origin::new(path, block.first_line(), "") };
    let (namespace, pod) = place.map_or_else(Default::default, |(namespace, target)| pod_of(into, &namespace, &target));
    into.mongo_answers.push(MongoAnswer {
        origin,
        namespace,
        pod,
        command: asked.to_owned(),
        ok: answer.get("ok").and_then(serde_json::Value::as_f64) != Some(0.0),
        error: answer.get("errmsg").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        answer,
    });
}

/// Whether kubectl says why there is no log, in place of a log.
fn is_refusal(text: &str) -> bool {
    let text = text.trim();
    let says = [
        "Error from server",
        "error: ",
        "The connection to the server",
        "Unable to connect to the server",
        "unable to retrieve container logs",
    ];
    !text.contains('\n') && says.iter().any(|words| text.starts_with(words))
}

/// A line without what a terminal did with it.
fn plain(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                // CSI sequences end with a letter, OSC sequences with BEL or ST; others are one character long.
                match rest.next() {
                    Some('[') => while rest.next().is_some_and(|c| !c.is_ascii_alphabetic()) {},
                    Some(']') => while rest.next().is_some_and(|c| c != '\u{7}' && c != '\\') {},
                    _ => {}
                }
            }
            '\t' => out.push_str("    "),
            '\u{a0}' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Namespace and name of the pod that a log command means: `deploy/web` is any of its pods.
fn pod_of(snapshot: &Snapshot, namespace: &str, target: &str) -> (String, String) {
    let name = match target.split_once('/') {
        Some(("pod" | "pods" | "po", name)) => name,
        Some((_, workload)) => {
            let pod = snapshot.pods.iter().find(|p| {
                p.metadata.namespace == namespace && p.metadata.name.strip_prefix(workload).is_some_and(|rest| rest.starts_with('-'))
            });
            return (namespace.to_owned(), pod.map_or_else(|| workload.to_owned(), |p| p.metadata.name.clone()));
        }
        None => target,
    };
    (namespace.to_owned(), name.to_owned())
}

/// A transcript shows what somebody asked for: part of everything, and the whole of nothing.
fn coverage(snapshot: &Snapshot) -> Coverage {
    let mut coverage = snapshot.coverage.clone();
    let others = [
        ("logs", snapshot.logs.len()),
        ("alerts", snapshot.alerts.len()),
        ("units", snapshot.node_units.len()),
        ("mongodb", snapshot.mongo_answers.len()),
        ("helm", snapshot.helm_releases.len()),
        ("metrics", snapshot.container_usage.len() + snapshot.node_usage.len()),
    ];
    for (source, items) in snapshot.counts().chain(others.map(|(source, items)| (source, items as u64))) {
        if items > 0 && !coverage.has(source) {
            let detail = "a transcript shows what was asked for".to_owned();
            coverage.record(SourceCoverage { source: source.to_owned(), outcome: Outcome::Partial, items, detail });
        }
    }
    coverage
}

impl Block<'_> {
    /// Number of the first line of its output, from 1.
    fn first_line(&self) -> u32 {
        u32::try_from(self.start + 1).unwrap_or(u32::MAX)
    }

    /// Its output.
    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The program that was called.
    fn tool(&self) -> &str {
        self.command.split_whitespace().find(|word| !matches!(*word, "sudo" | "watch" | "time")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: &str = "$ kubectl describe pvc data -n shop
Name:          data
Namespace:     shop
StorageClass:  
Status:        Pending
Access Modes:  
VolumeMode:    Filesystem

$ cat manifests/data.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: 2Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: other, namespace: shop}
spec: {accessModes: [ReadWriteOnce]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
";

    #[test]
    fn what_a_claim_asks_for_may_stand_in_its_manifest() {
        let snapshot = read("ticket.txt", SESSION.as_bytes(), &LogScanner::new([]).unwrap());
        let [claim] = snapshot.persistent_volume_claims.as_slice() else { panic!("{:?}", snapshot.persistent_volume_claims) };
        assert_eq!((claim.spec.access_modes.as_slice(), claim.status.phase.as_str()), (["ReadWriteMany".to_owned()].as_slice(), "Pending"));
        assert_eq!(claim.spec.resources.requests.get("storage").map(String::as_str), Some("2Gi"));
        assert!(snapshot.services.is_empty(), "a manifest makes no object");
    }
}
