//! Jobs that failed, as far as their pods show it: for bundles that hold pods and no Jobs.

use std::collections::BTreeMap;

use tarbox_model::object::{Object, Pod};
use tarbox_model::{Context, Finding, ObjectRef, Timestamp};

use crate::containers::told::last_words_in;
use crate::wording::counted;

/// Longest time in seconds after which a Job controller tries again.
const NEXT_TRY: i64 = 360;
/// Seconds after which a failed Job is history.
const RECENT: i64 = 86_400;

/// A finding for every Job all of whose pods have failed, twice at least or so long ago that another try would have come.
pub(super) fn failed(context: &Context<'_>) -> Vec<Finding> {
    let mut jobs: BTreeMap<(&str, &str), Vec<&Object<Pod>>> = BTreeMap::new();
    for pod in &context.snapshot.pods {
        if let Some(owner) = pod.metadata.controller().filter(|o| o.kind == "Job") {
            jobs.entry((pod.metadata.namespace.as_str(), owner.name.as_str())).or_default().push(pod);
        }
    }
    let done = |namespace: &str, run_of: &str| {
        jobs.iter()
            .any(|((ns, job), pods)| *ns == namespace && series(job) == Some(run_of) && pods.iter().any(|p| p.status.phase == "Succeeded"))
    };
    let failed = jobs.iter().filter(|(_, pods)| pods.iter().all(|p| p.status.phase == "Failed"));
    failed
        .filter_map(|((namespace, job), pods)| {
            let (last, at) = pods.iter().map(|p| (*p, end(p))).max_by_key(|(_, at)| *at)?;
            let age = context.snapshot.age_seconds(at);
            let early = pods.len() < 2 && age.is_none_or(|age| age < NEXT_TRY);
            let over = age.is_some_and(|age| age > RECENT) || series(job).is_some_and(|run_of| done(namespace, run_of));
            (!early && !over).then(|| finding(context, namespace, job, pods.len(), last, at))
        })
        .collect()
}

/// The CronJob that a Job's name tells: `NAME-MINUTES`.
fn series(job: &str) -> Option<&str> {
    let (name, number) = job.rsplit_once('-')?;
    (number.len() >= 8 && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}

fn end(pod: &Object<Pod>) -> Option<Timestamp> {
    pod.containers().filter_map(|view| view.status?.2.state.terminated.as_ref()?.finished_at).max()
}

fn finding(context: &Context<'_>, namespace: &str, job: &str, tries: usize, last: &Object<Pod>, at: Option<Timestamp>) -> Finding {
    let pod = last.reference();
    let words = context.snapshot.logs_of(&pod, None).filter(|l| l.lines > 0).last().and_then(|log| Some((log, last_words_in(log)?)));
    let said = words.map(|(_, line)| format!(": `{}`", line.text.trim().trim_matches('`'))).unwrap_or_default();
    let code = ended(last).map(|(_, code)| format!(" The last one, `{}`, ended with code {code}{said}.", pod.name)).unwrap_or_default();
    Finding::new(ObjectRef::new("Job", namespace, job), format!("Job `{job}` fails"), last.evidence("/status/phase", "Failed"))
        .summary(format!("{} of it failed, and none is left that could succeed.{code}", counted(tries, "pod")))
        .confidence(0.75)
        .evidence(words.map(|(log, line)| log.line_evidence(line)))
        .evidence(ended(last).map(|(pointer, code)| last.evidence(pointer, code.to_string())))
        .seen(at, at)
        .remedy("Read what its last pod says.", format!("kubectl logs {} -n {namespace} --all-containers --tail=100", pod.name))
}

/// Where a failed pod tells the exit code of its container.
pub(super) fn ended(pod: &Object<Pod>) -> Option<(String, i32)> {
    pod.containers().find_map(|view| {
        let end = view.status?.2.state.terminated.as_ref().filter(|t| t.exit_code != 0)?;
        Some((view.status_pointer("/state/terminated/exitCode"), end.exit_code))
    })
}
