//! What troubled containers say in their logs.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::log::{ContainerLog, LogHit, LogLine, Run};
use tarbox_model::object::{Container, Object, ReplicaSet};
use tarbox_model::{Context, ObjectRef, Snapshot};

use super::trouble::{Trouble, troubled};
use crate::signatures::crash::LAST_WORDS;

/// A container in trouble, and the line that tells why.
#[derive(Debug, Clone)]
pub(super) struct Told<'a> {
    /// The container.
    pub(super) trouble: Trouble<'a>,
    /// Its log.
    pub(super) log: &'a ContainerLog,
    /// The line.
    pub(super) hit: &'a LogHit,
}

impl Told<'_> {
    /// The first of the pattern's groups that took part.
    pub(super) fn name(&self) -> Option<&str> {
        self.hit.fields.iter().map(|(_, value)| value.as_str()).find(|v| !v.is_empty())
    }

    /// What all findings from a log share.
    pub(super) fn finding(&self, title: String) -> Finding {
        let end = self.trouble.end.as_ref();
        let code = end.map(|(t, pointer)| self.trouble.pod.evidence(format!("{pointer}/exitCode"), t.exit_code.to_string()));
        let (first, last) = (self.hit.first.time.or(self.trouble.seen().0), self.hit.last.time.or(self.trouble.seen().1));
        Finding::new(self.trouble.pod.reference(), title, self.log.evidence(self.hit))
            .workload(self.trouble.workload.cloned())
            .evidence(code)
            .seen(first, last)
    }
}

/// Signatures by which the rules of this family tell why a process does not begin. Of one run the last such line decides:
/// a process that says several of them ends after the last.
const DECISIVE: [&str; 9] = [
    "environment-variable-missing",
    "environment-variable-named",
    "environment-key-error",
    "file-missing",
    "dependency-missing",
    "command-missing",
    "permission-denied",
    "filesystem-read-only",
    "address-in-use",
];

/// For each troubled container whose decisive line is of one of these signatures: that line.
pub(super) fn told<'a>(context: &Context<'a>, signatures: &[&str]) -> Vec<Told<'a>> {
    let mut all = Vec::new();
    for trouble in troubled(context) {
        let decisive = decisive(context, &trouble).filter(|(_, hit)| signatures.contains(&hit.signature));
        if let Some((log, hit)) = decisive {
            all.push(Told { trouble, log, hit });
        }
    }
    all
}

/// The line that decides: the last of the run that ended; of the other run, when that one says nothing.
fn decisive<'a>(context: &Context<'a>, trouble: &Trouble<'_>) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let last = |log: &'a ContainerLog| {
        let hits = log.hits.iter().filter(|h| DECISIVE.contains(&h.signature));
        // Two signatures may take one line; the more telling one has more of its fields.
        let telling = |h: &LogHit| h.fields.iter().filter(|(_, value)| !value.is_empty()).count();
        hits.max_by_key(|h| (h.last.number, telling(h))).map(|hit| (log, hit))
    };
    let ended = ended(context, trouble);
    let others = logs(context, &trouble.pod.reference(), &trouble.view.spec.name);
    ended.and_then(last).or_else(|| others.into_iter().rev().find_map(last))
}

/// The log of the newest run that ended: while a new run goes on, the previous one.
pub(super) fn ended<'a>(context: &Context<'a>, trouble: &Trouble<'_>) -> Option<&'a ContainerLog> {
    let running = trouble.view.status.is_some_and(|(_, _, s)| s.state.running.is_some());
    let logs = logs(context, &trouble.pod.reference(), &trouble.view.spec.name);
    logs.iter().find(|l| running && l.run == Run::Previous).or_else(|| logs.iter().rfind(|l| l.lines > 0)).copied()
}

/// Logs of a container, the older run first.
pub(super) fn logs<'a>(context: &Context<'a>, pod: &ObjectRef, container: &str) -> Vec<&'a ContainerLog> {
    let list = &context.snapshot.logs;
    let start = list.partition_point(|l| (l.namespace.as_str(), l.pod.as_str()) < (pod.namespace.as_str(), pod.name.as_str()));
    let mine = list.iter().skip(start).take_while(|l| l.namespace == pod.namespace && l.pod == pod.name);
    mine.filter(|l| (l.container == container || l.container.is_empty()) && !is_refusal(l)).collect()
}

/// Whether it is no log at all, but what a collector was told instead of one.
fn is_refusal(log: &ContainerLog) -> bool {
    let starts = [
        "unable to retrieve container logs for ",
        "Error from server",
        "failed to get log stream: ",
        "error: a container name must be specified",
    ];
    log.lines <= 2 && log.tail.first().is_some_and(|l| starts.iter().any(|s| l.text.starts_with(s)))
}

/// The line that a process left behind when it ended: its last exception, else its last error, else its last words.
pub(super) fn last_words<'a>(context: &Context<'a>, trouble: &Trouble<'_>) -> Option<(&'a ContainerLog, &'a LogLine)> {
    let ended = ended(context, trouble)?;
    // A run that goes on has said no last words; its errors may well be those of the run before.
    let goes_on = ended.run == Run::Current && trouble.view.status.is_some_and(|(_, _, s)| s.state.running.is_some());
    let line = if goes_on { telling(ended) } else { last_words_in(ended) };
    Some((ended, line?))
}

/// The line that tells most of how a log ended.
pub(crate) fn last_words_in(ended: &ContainerLog) -> Option<&LogLine> {
    telling(ended).or_else(|| ended.tail.iter().rfind(|l| !l.text.trim().is_empty() && !l.is_option_help()))
}

/// The last exception of a log, else its last error.
fn telling(log: &ContainerLog) -> Option<&LogLine> {
    let known = log.hits.iter().filter(|h| LAST_WORDS.contains(&h.signature)).max_by_key(|h| h.last.number).map(|h| &h.last);
    let levels = ["ERROR", "Error", "error", "Exception", "failed", "Failed"];
    known.or_else(|| levels.iter().find_map(|w| log.tail.iter().rfind(|l| l.text.contains(w) && !l.is_option_help())))
}

/// Names that a container's environment gives a value in place, by name.
pub(super) fn environment<'a>(trouble: &Trouble<'a>) -> BTreeMap<&'a str, (usize, Option<&'a str>)> {
    trouble.view.spec.env.iter().enumerate().map(|(i, e)| (e.name.as_str(), (i, e.value.as_deref()))).collect()
}

/// Containers of the same name in the other ReplicaSets of the workload, with the ReplicaSet and the index.
pub(super) fn older_templates<'a>(
    context: &Context<'a>,
    trouble: &Trouble<'a>,
) -> impl Iterator<Item = (&'a Object<ReplicaSet>, usize, &'a Container)> {
    let (owner, container) = (trouble.owner(), trouble.view.spec.name.as_str());
    let own = trouble.pod.metadata.controller().map_or("", |o| o.name.as_str());
    let sets = Snapshot::in_namespace(&context.snapshot.replica_sets, &owner.namespace).iter();
    let others = sets.filter(move |set| set.metadata.name != own && set.metadata.controller().is_some_and(|o| o.name == owner.name));
    others.filter_map(move |set| {
        let (c, found) = set.spec.template.spec.containers.iter().enumerate().find(|(_, c)| c.name == container)?;
        Some((set, c, found))
    })
}
