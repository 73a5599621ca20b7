//! What troubled containers say in their logs.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::log::{ContainerLog, LogHit, LogLine, Run};
use tarbox_model::{Context, ObjectRef};

use super::trouble::{Trouble, troubled};

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

/// For each troubled container that is not kept from starting by other things: the newest line of these signatures, of
/// the run that ended or of the one that fails now.
pub(super) fn told<'a>(context: &Context<'a>, signatures: &[&str]) -> Vec<Told<'a>> {
    let mut all = Vec::new();
    for trouble in troubled(context) {
        if let Some((log, hit)) = line(context, &trouble, signatures) {
            all.push(Told { trouble, log, hit });
        }
    }
    all
}

/// The newest matching line of a container: of the current run, else of the previous one. Lines early in a start-up count
/// more than late ones, so that a message at the end of a long life is not taken for a failed start.
pub(super) fn line<'a>(context: &Context<'a>, trouble: &Trouble<'_>, signatures: &[&str]) -> Option<(&'a ContainerLog, &'a LogHit)> {
    let reference = trouble.pod.reference();
    let mut found: Option<(&ContainerLog, &LogHit)> = None;
    for log in logs(context, &reference, &trouble.view.spec.name) {
        for hit in log.hits.iter().filter(|h| signatures.contains(&h.signature)) {
            let newer = found
                .is_none_or(|(l, h)| (log.run, hit.first.number) > (l.run, h.first.number) && (log.run > l.run || hit.count >= h.count));
            if newer {
                found = Some((log, hit));
            }
        }
    }
    found
}

/// Logs of a container, the older run first.
pub(super) fn logs<'a>(context: &Context<'a>, pod: &ObjectRef, container: &str) -> Vec<&'a ContainerLog> {
    let list = &context.snapshot.logs;
    let start = list.partition_point(|l| (l.namespace.as_str(), l.pod.as_str()) < (pod.namespace.as_str(), pod.name.as_str()));
    let mine = list.iter().skip(start).take_while(|l| l.namespace == pod.namespace && l.pod == pod.name);
    mine.filter(|l| l.container == container || l.container.is_empty()).collect()
}

/// The line that a process left behind when it ended: its last exception, else its last error, else its last words.
pub(super) fn last_words<'a>(context: &Context<'a>, trouble: &Trouble<'_>) -> Option<(&'a ContainerLog, &'a LogLine)> {
    let reference = trouble.pod.reference();
    let running = trouble.view.status.is_some_and(|(_, _, s)| s.state.running.is_some());
    let logs = logs(context, &reference, &trouble.view.spec.name);
    // While a new run goes on, the run that ended is the previous one.
    let ended = logs.iter().find(|l| running && l.run == Run::Previous).or_else(|| logs.iter().rfind(|l| l.lines > 0)).copied()?;
    let exception = ended.hits_of("python-exception").max_by_key(|h| h.last.number).map(|h| &h.last);
    let levels = ["panic:", "fatal", "FATAL", "CRITICAL", "ERROR", "Error", "error", "Exception", "failed", "Failed"];
    let error = || levels.iter().find_map(|w| ended.tail.iter().rfind(|l| l.text.contains(w)));
    let line = exception.or_else(error).or_else(|| ended.tail.iter().rfind(|l| !l.text.trim().is_empty()))?;
    Some((ended, line))
}

/// Names that a container's environment gives a value in place, by name.
pub(super) fn environment<'a>(trouble: &Trouble<'a>) -> BTreeMap<&'a str, (usize, Option<&'a str>)> {
    trouble.view.spec.env.iter().enumerate().map(|(i, e)| (e.name.as_str(), (i, e.value.as_deref()))).collect()
}
