//! Error lines of a workload by the four families of the field guide: connection, authentication, resource, application.

use std::collections::BTreeMap;

use tarbox_model::log::{ContainerLog, ERROR_WORDS, Family, LogLine, is_noise};
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

use crate::complaints::holds;

/// Lines that say the same.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Family.
    pub(super) family: Family,
    /// What they have in common.
    pub(super) text: String,
    /// The first line, as it stands.
    pub(super) evidence: Evidence,
    /// How many.
    pub(super) count: u64,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

/// What one workload's logs complain of.
#[derive(Debug, Clone, Default)]
pub(super) struct Errors {
    /// A pod that wrote the most frequent lines.
    pub(super) pod: Option<ObjectRef>,
    /// The workload, if it is known.
    pub(super) workload: Option<ObjectRef>,
    /// Groups, the most frequent first.
    pub(super) groups: Vec<Group>,
    /// Lines of all its logs.
    pub(super) lines: u64,
    /// Whether one of the pods is not ready.
    pub(super) unwell: bool,
}

/// Error lines that still hold, by workload (or pod).
pub(super) fn errors(context: &Context<'_>) -> BTreeMap<ObjectRef, Errors> {
    let mut all: BTreeMap<ObjectRef, Errors> = BTreeMap::new();
    for log in &context.snapshot.logs {
        let groups = groups(context, log);
        if groups.is_empty() {
            continue;
        }
        let reference = log.pod_reference();
        let pod = context.snapshot.pod(&log.namespace, &log.pod);
        let workload = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
        let errors = all.entry(workload.clone().unwrap_or_else(|| reference.clone())).or_default();
        errors.workload = workload;
        errors.lines += log.lines;
        errors.unwell |= pod.is_some_and(|p| !p.is_ready() && !p.is_finished());
        errors.pod.get_or_insert(reference);
        for group in groups {
            match errors.groups.iter_mut().find(|g| g.text == group.text) {
                Some(known) => {
                    known.count += group.count;
                    known.first = [known.first, group.first].into_iter().flatten().min();
                    known.last = [known.last, group.last].into_iter().flatten().max();
                }
                None => errors.groups.push(group),
            }
        }
    }
    for errors in all.values_mut() {
        errors.groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    }
    all
}

/// Error lines of one log: its templates, and lines that a signature knows although they bear no word of error.
fn groups(context: &Context<'_>, log: &ContainerLog) -> Vec<Group> {
    let pod = context.snapshot.pod(&log.namespace, &log.pod);
    let known = |line: &LogLine| log.hits.iter().find(|h| h.first.number == line.number && h.family != Family::Fact).map(|h| h.family);
    let templates = log.templates.iter().filter(|t| !is_noise(&t.first.text)).map(|t| {
        let group = Group {
            family: known(&t.first).unwrap_or_else(|| family(&t.first.text)),
            text: t.text.clone(),
            evidence: log.line_evidence(&t.first),
            count: t.count,
            first: t.first.time,
            last: t.last_time,
        };
        (group, t.last_number)
    });
    let told =
        log.hits.iter().filter(|h| h.family != Family::Fact && !ERROR_WORDS.iter().any(|w| h.first.text.to_ascii_lowercase().contains(w)));
    let mut seen = std::collections::BTreeSet::new();
    let hits = told.filter(|h| !is_noise(&h.first.text)).filter(move |h| seen.insert(h.first.number)).map(|h| {
        let group = Group {
            family: h.family,
            text: h.first.text.chars().take(160).collect(),
            evidence: log.evidence(h),
            count: h.count,
            first: h.first.time,
            last: h.last.time,
        };
        (group, h.last.number)
    });
    templates.chain(hits).filter(|(group, line)| holds(context, pod, log, group.last, *line)).map(|(group, _)| group).collect()
}

/// Words of the families, first match decides; the rest is the application's own.
const WORDS: [(Family, &[&str]); 3] = [
    (
        Family::Connection,
        &[
            "connection refused",
            "timed out",
            "timeout",
            "unreachable",
            "connection reset",
            "no such host",
            "name resolution",
            "name or service not known",
            "no route to host",
            "deadline exceeded",
            "econn",
            "enotfound",
            "broken pipe",
            "dial tcp",
            "unavailable",
            "connection closed",
        ],
    ),
    (
        Family::Authentication,
        &[
            "authentication",
            "unauthorized",
            "forbidden",
            "access denied",
            "permission denied",
            "invalid credentials",
            "invalid token",
            "auth fail",
            "login failed",
            "401",
            "403",
        ],
    ),
    (
        Family::Resource,
        &[
            "out of memory",
            "no space left",
            "disk full",
            "too many open files",
            "too many connections",
            "quota",
            "resource exhausted",
            "rate limit",
            "cannot allocate",
            "oom",
        ],
    ),
];

fn family(text: &str) -> Family {
    let text = text.to_ascii_lowercase();
    WORDS.iter().find(|(_, words)| words.iter().any(|w| text.contains(w))).map_or(Family::Application, |(family, _)| *family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_find_their_family() {
        assert_eq!(family("ERROR app: upstream request timeout"), Family::Connection);
        assert_eq!(family("error: 401 Unauthorized"), Family::Authentication);
        assert_eq!(family("fatal: no space left on device"), Family::Resource);
        assert_eq!(family("ValueError: bad literal"), Family::Application);
    }
}
