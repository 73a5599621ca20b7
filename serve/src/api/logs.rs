//! Logs, as a kubelet would give them: stored with the time of each line, given without unless that is asked for.
use crate::{answer::Answer, recording::Recording, request::Request, spool::Span};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tarbox_bundle::{LogKind, Outcome};

/// Answers `/log` of a pod.
pub(super) fn answer(recording: &Recording, request: &Request, namespace: &str, name: &str, pod: &Value) -> Answer {
    let found = container(request, name, pod).and_then(|container| {
        let wishes = Wishes::of(request, recording.now())?;
        Ok((find(recording, namespace, name, container, pod, request.flag("previous"))?, wishes))
    });
    match found {
        Ok((span, wishes)) => match recording.get(span) {
            Ok(log) => Answer::text(200, wishes.cut(&log)),
            Err(error) => Answer::broken(&error),
        },
        Err(refusal) => refusal,
    }
}

/// Names of a pod's containers of every kind.
fn containers(pod: &Value) -> Vec<&str> {
    let kinds = ["initContainers", "containers", "ephemeralContainers"];
    kinds
        .iter()
        .flat_map(|kind| pod["spec"][kind].as_array().into_iter().flatten())
        .filter_map(|container| container["name"].as_str())
        .collect()
}

/// The container that is meant.
fn container<'a>(request: &'a Request, name: &str, pod: &'a Value) -> Result<&'a str, Answer> {
    let all = containers(pod);
    if let Some(wanted) = request.query("container") {
        let known = all.contains(&wanted);
        return if known { Ok(wanted) } else { Err(Answer::bad_request(&format!("container {wanted} is not valid for pod {name}"))) };
    }
    let regular: Vec<&str> =
        pod["spec"]["containers"].as_array().into_iter().flatten().filter_map(|container| container["name"].as_str()).collect();
    match *regular.as_slice() {
        [only] => Ok(only),
        [] => Err(Answer::bad_request(&format!("a container name must be specified for pod {name}"))),
        _ => Err(Answer::bad_request(&format!("a container name must be specified for pod {name}, choose one of: [{}]", all.join(" ")))),
    }
}

/// The log of a container, or the kubelet's words why there is none.
fn find(recording: &Recording, namespace: &str, name: &str, container: &str, pod: &Value, previous: bool) -> Result<Span, Answer> {
    let log = |kind| recording.log(namespace, name, container, kind);
    let kinds = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut statuses = kinds.iter().flat_map(|kind| pod["status"][kind].as_array().into_iter().flatten());
    let status = statuses.find(|status| status["name"] == container).unwrap_or(&Value::Null);
    let of = |what: &str| format!("container {container:?} in pod {name:?} is {what}");
    let ended_before = !status["lastState"]["terminated"].is_null();
    let found = if previous {
        if log(LogKind::Previous).is_none() && !ended_before {
            return Err(Answer::bad_request(&format!("previous terminated container {container:?} in pod {name:?} not found")));
        }
        log(LogKind::Previous)
    } else {
        let waits = !status["state"]["waiting"].is_null();
        // While a container waits to be started again its last log is the one of its last run.
        log(LogKind::Current).or_else(|| log(LogKind::Previous).filter(|_| waits))
    };
    if let Some(span) = found {
        return Ok(span);
    }
    if status.is_null() {
        return Err(Answer::bad_request(&of("not available")));
    }
    let waiting = &status["state"]["waiting"];
    if !previous && !ended_before && status["state"]["running"].is_null() && status["state"]["terminated"].is_null() {
        return Err(Answer::bad_request(&of(match waiting["reason"].as_str() {
            Some("ErrImagePull") => "waiting to start: image can't be pulled".to_owned(),
            Some("ImagePullBackOff") => "waiting to start: trying and failing to pull image".to_owned(),
            Some(reason) => format!("waiting to start: {reason}"),
            None => "waiting to start - no logs yet".to_owned(),
        }
        .as_str())));
    }
    let which = if previous { "previous" } else { "current" };
    let source = format!("logs/{namespace}/{name}/{container}/{which}");
    let (outcome, detail) = recording
        .outcome(&source)
        .or_else(|| recording.outcome("logs"))
        .map_or((Outcome::Absent, ""), |(outcome, detail)| (*outcome, detail));
    Err(Answer::not_collected(&format!("{which} log of container {container} in pod {name}"), outcome, detail))
}

/// What of a log is wanted, and how.
#[derive(Debug, Default)]
struct Wishes {
    since: Option<Timestamp>,
    tail: Option<u64>,
    most: Option<u64>,
    times: bool,
}

impl Wishes {
    fn of(request: &Request, now: Timestamp) -> Result<Self, Answer> {
        let ago = request.number("sinceSeconds")?.map(|seconds| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)));
        let since = match (ago, request.query("sinceTime")) {
            (Some(ago), None) => Some(now.checked_sub(ago).unwrap_or(Timestamp::MIN)),
            (None, Some(time)) => Some(time.parse().map_err(|_| Answer::bad_request(&format!("sinceTime must be a time, not {time:?}")))?),
            (None, None) => None,
            (Some(_), Some(_)) => return Err(Answer::bad_request("at most one of sinceTime or sinceSeconds may be specified")),
        };
        Ok(Self { since, tail: request.number("tailLines")?, most: request.number("limitBytes")?, times: request.flag("timestamps") })
    }

    fn cut(&self, log: &[u8]) -> Vec<u8> {
        let mut lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        if let Some(since) = self.since {
            // A line without a time belongs to the one before it.
            let first = lines.iter().position(|line| timed(line).is_some_and(|(time, _)| time >= since)).unwrap_or(lines.len());
            lines.drain(..first);
        }
        if let Some(tail) = self.tail {
            let gone = lines.len().saturating_sub(usize::try_from(tail).unwrap_or(usize::MAX));
            lines.drain(..gone);
        }
        let mut out = Vec::with_capacity(log.len());
        for line in lines {
            out.extend_from_slice(timed(line).filter(|_| !self.times).map_or(line, |(_, text)| text));
        }
        out.truncate(self.most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)));
        out
    }
}

/// A line's time and its text.
fn timed(line: &[u8]) -> Option<(Timestamp, &[u8])> {
    // `2026-11-24T03:10:00.123456789+00:00` is the longest that a runtime writes.
    let end = line.iter().take(40).position(|byte| *byte == b' ')?;
    let (time, text) = line.split_at_checked(end)?;
    Some((std::str::from_utf8(time).ok()?.parse().ok()?, text.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LOG: &[u8] = b"2026-11-24T03:00:00.5Z one\n2026-11-24T03:05:00Z two\n--- tarbox: 9 bytes in 1 lines left out here ---\n2026-11-24T03:09:00Z  three\n";

    fn cut(wishes: Wishes) -> String {
        String::from_utf8(wishes.cut(LOG)).unwrap()
    }

    #[test]
    fn lines_come_without_their_times_unless_asked_for() {
        assert_eq!(cut(Wishes::default()), "one\ntwo\n--- tarbox: 9 bytes in 1 lines left out here ---\n three\n");
        assert_eq!(cut(Wishes { times: true, ..Wishes::default() }).as_bytes(), LOG);
    }

    #[test]
    fn a_part_by_time_by_lines_and_by_bytes() {
        let since = |text: &str| Wishes { since: Some(text.parse().unwrap()), ..Wishes::default() };
        assert_eq!(cut(since("2026-11-24T03:04:00Z")), "two\n--- tarbox: 9 bytes in 1 lines left out here ---\n three\n");
        assert_eq!(cut(since("2026-11-24T04:00:00Z")), "");
        assert_eq!(cut(Wishes { tail: Some(1), ..Wishes::default() }), " three\n");
        assert_eq!(cut(Wishes { tail: Some(0), ..Wishes::default() }), "");
        assert_eq!(cut(Wishes { tail: Some(2), most: Some(5), ..Wishes::default() }), "--- t");
    }

    #[test]
    fn containers_of_every_kind_are_known() {
        let pod = json!({"spec": {"initContainers": [{"name": "i"}], "containers": [{"name": "a"}, {"name": "b"}]}});
        assert_eq!(containers(&pod), ["i", "a", "b"]);
    }
}
