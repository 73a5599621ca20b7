//! Containers that the runtime cannot make or begin, and in which words it says so.

use tarbox_model::finding::Finding;
use tarbox_model::{Context, Evidence};

use super::told::logs;
use super::trouble::{Trouble, troubled};

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The command is not there.
    CommandMissing,
    /// Neither image nor pod names a command.
    NoCommand,
    /// The program may not be executed, or a folder not entered.
    PermissionDenied,
    /// The program is not made for this processor.
    Format,
    /// Something must be written where nothing can be.
    ReadOnly,
    /// It would run as root, and must not.
    Root,
}

/// A container that cannot begin.
#[derive(Debug, Clone)]
pub(crate) struct Refused<'a> {
    /// The container.
    pub(crate) trouble: Trouble<'a>,
    /// The words, without the layers around them.
    pub(crate) words: String,
    /// Where they stand.
    pub(crate) evidence: Evidence,
    /// What kind it is.
    pub(crate) refusal: Refusal,
}

/// Every troubled container that cannot begin, by its status, else by the newest event, else by the log.
pub(crate) fn refused<'a>(context: &Context<'a>) -> Vec<Refused<'a>> {
    let mut all = Vec::new();
    for trouble in troubled(context) {
        let found = by_status(&trouble).or_else(|| by_event(context, &trouble)).or_else(|| by_log(context, &trouble));
        if let Some((words, evidence, refusal)) = found {
            all.push(Refused { trouble, words, evidence, refusal });
        }
    }
    all
}

/// Those that the kernel refuses because of their format.
pub(crate) fn refused_by_kernel<'a>(context: &Context<'a>) -> Vec<Refused<'a>> {
    refused(context).into_iter().filter(|r| r.refusal == Refusal::Format).collect()
}

type Found = (String, Evidence, Refusal);

fn by_status(trouble: &Trouble<'_>) -> Option<Found> {
    let (_, _, status) = trouble.view.status?;
    // A hook's command is lifecycle-hook-failing's.
    let waiting = status.state.waiting.as_ref().filter(|w| !w.message.contains("lifecycle hook"));
    let waiting = waiting.map(|w| ("/state/waiting/message", w.message.as_str()));
    let now = status.state.terminated.as_ref().map(|t| ("/state/terminated/message", t.message.as_str()));
    let before = status.last_state.terminated.as_ref().map(|t| ("/lastState/terminated/message", t.message.as_str()));
    [waiting, now, before].into_iter().flatten().find_map(|(pointer, message)| {
        let refusal = classify(message)?;
        Some((core(message).to_owned(), trouble.pod.evidence(trouble.view.status_pointer(pointer), message), refusal))
    })
}

fn by_event(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Found> {
    let reference = trouble.pod.reference();
    let single = trouble.pod.containers().count() == 1;
    let mine = |c: Option<&str>| c.map_or(single, |c| c == trouble.view.spec.name);
    let newest = context.relations.events_about(context.snapshot, &reference).rfind(|e| {
        matches!(e.reason.as_str(), "Failed" | "BackOff" | "Started") && mine(e.container()) && !e.message.starts_with("Back-off")
    })?;
    let refusal = classify(&newest.message)?;
    Some((core(&newest.message).to_owned(), newest.evidence("/message", newest.message.as_str()), refusal))
}

fn by_log(context: &Context<'_>, trouble: &Trouble<'_>) -> Option<Found> {
    let logs = logs(context, &trouble.pod.reference(), &trouble.view.spec.name);
    logs.into_iter().rev().find_map(|log| {
        let hit = log.hits_of("exec-failed").next()?;
        let why = hit.field("why").or_else(|| hit.field("shell"))?;
        let refusal = match why.to_ascii_lowercase().as_str() {
            "exec format error" => Refusal::Format,
            "permission denied" => Refusal::PermissionDenied,
            _ => Refusal::CommandMissing,
        };
        Some((hit.first.text.trim().to_owned(), log.evidence(hit), refusal))
    })
}

/// Whether these words tell by themselves why a container cannot begin: another rule speaks then.
pub(super) fn is_told(message: &str) -> bool {
    classify(message).is_some() || message.contains("lifecycle hook")
}

/// The kind of refusal that the words of kubelet, containerd, runc or docker tell of.
fn classify(message: &str) -> Option<Refusal> {
    let lower = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| lower.contains(w));
    let begins = says(&[
        "exec: ",
        "exec /",
        "exec user process",
        "unable to start container process",
        "starting container process caused",
        "oci runtime create failed",
    ]);
    if says(&["runasnonroot", "breaks non-root policy"]) {
        Some(Refusal::Root)
    } else if says(&["no command specified"]) {
        Some(Refusal::NoCommand)
    } else if !begins || says(&["error mounting", "oom-killed", "not a directory", "read init-p"]) && !says(&["exec: "]) {
        None
    } else if says(&["exec format error"]) {
        Some(Refusal::Format)
    } else if says(&["read-only file system"]) {
        Some(Refusal::ReadOnly)
    } else if says(&["permission denied", "operation not permitted"]) {
        Some(Refusal::PermissionDenied)
    } else if says(&["executable file not found", "no such file or directory"]) {
        Some(Refusal::CommandMissing)
    } else {
        None
    }
}

/// The words without the layers of shim and runtime around them.
fn core(message: &str) -> &str {
    let message = message.strip_prefix("Error: ").unwrap_or(message);
    let marks = ["container process: ", "container init: ", "process caused: "];
    let inner = marks.iter().filter_map(|mark| message.rfind(mark).map(|i| i + mark.len())).max();
    let core = inner.and_then(|i| message.get(i..)).unwrap_or(message);
    core.trim_end_matches(": unknown").trim_end_matches(".").trim()
}

impl Refused<'_> {
    /// The program that is spoken of: `exec: "NAME"`, `exec /NAME:`.
    pub(super) fn program(&self) -> Option<&str> {
        let quoted = self.words.split_once("exec: \"").and_then(|(_, rest)| rest.split_once('"'));
        let plain = || self.words.split_once("exec ").and_then(|(_, rest)| rest.split_once(':')).filter(|(name, _)| name.starts_with('/'));
        let folder = || self.words.split_once("mkdir ").and_then(|(_, rest)| rest.split_once(':'));
        quoted.or_else(plain).or_else(folder).map(|(name, _)| name)
    }

    /// What all findings about a refusal share.
    pub(super) fn finding(&self, title: String) -> Finding {
        let (first, last) = self.trouble.seen();
        Finding::new(self.trouble.pod.reference(), title, self.evidence.clone()).workload(self.trouble.workload.cloned()).seen(first, last)
    }

    /// Where the pod states its command, as evidence.
    pub(super) fn command(&self) -> Option<Evidence> {
        let spec = self.trouble.view.spec;
        let (field, first) = spec.command.first().map(|c| ("command", c)).or_else(|| spec.args.first().map(|a| ("args", a)))?;
        Some(self.trouble.pod.evidence(self.trouble.view.spec_pointer(&format!("/{field}/0")), first.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_refusals_of_every_runtime_apart() {
        for (message, refusal) in [
            (
                r#"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "serve": executable file not found in $PATH: unknown"#,
                Some(Refusal::CommandMissing),
            ),
            (
                r#"OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/app/run": stat /app/run: no such file or directory: unknown"#,
                Some(Refusal::CommandMissing),
            ),
            (
                r#"OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/run": permission denied: unknown"#,
                Some(Refusal::PermissionDenied),
            ),
            (r#"container_linux.go:380: starting container process caused: exec: "/app/run": exec format error"#, Some(Refusal::Format)),
            (
                "OCI runtime create failed: runc create failed: unable to start container process: error during container init: mkdir /data: read-only file system: unknown",
                Some(Refusal::ReadOnly),
            ),
            (r#"container has runAsNonRoot and image will run as root (pod: "app-1_web(1)", container: app)"#, Some(Refusal::Root)),
            ("container's runAsUser breaks non-root policy (pod: \"app-1_web(1)\", container: app)", Some(Refusal::Root)),
            (r#"failed to generate container "f1" spec: failed to generate spec: no command specified"#, Some(Refusal::NoCommand)),
            (
                r#"OCI runtime create failed: runc create failed: unable to start container process: error mounting "/a" to rootfs at "/b": not a directory: unknown"#,
                None,
            ),
            ("container init was OOM-killed (memory limit too low?): unknown", None),
            ("couldn't find key a in Secret web/b", None),
            (r#"secret "db" not found"#, None),
            ("open /etc/app.yaml: no such file or directory", None),
        ] {
            assert_eq!(classify(message), refusal, "{message}");
        }
    }
}
