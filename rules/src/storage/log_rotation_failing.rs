//! # log-rotation-failing
//!
//! Logs are not rotated, and grow until a disk is full.
//!
//! ## What it detects
//! Containers whose logs take many times what a kubelet keeps by default (five files of 10Mi), by the kubelet's samples; and
//! processes, logrotate or kubelets that say that they cannot rotate a file.
//!
//! ## Why it happens
//! A runtime whose own log driver is in charge and has no limit, a kubelet that cannot rename the files, a process that
//! writes its own log file in a folder where it may not rename it.
//!
//! ## How to confirm
//! On the node: `du -sh /var/log/pods/*`; in the pod: `ls -l` beside the file that the message names.
//!
//! ## How to fix
//! Write to standard output and leave rotation to the kubelet (`containerLogMaxSize`, `containerLogMaxFiles`), or give the
//! process the right to rename in its log folder.
//!
//! ## When it stays silent
//! Below 250Mi of logs for one container.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::metrics::ContainerUsage;
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, quantity};

use crate::complaints::complaints;
use crate::wording::counted;

/// The rule.
pub static RULE: Rule = Rule {
    id: "log-rotation-failing",
    title: "Logs are not rotated",
    level: Level::Cause,
    severity: Severity::Medium,
    guide: "Log rotation not working",
    needs: &[Need::AnyOf(&["kubelet", "logs"])],
    produces: &[Effect::VolumeUnavailable],
    explained_by: &[],
    check,
};

/// Bytes of logs from which on no default rotation can be at work: five times what it keeps.
const TOO_MUCH: f64 = 250.0 * 1_048_576.0;

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = context.snapshot.container_usage.iter().filter_map(|usage| grown(context, usage)).collect();
    for complaint in complaints(context, |hit| hit.signature == "log-rotation-failed") {
        let (container, file) = (&complaint.log.container, complaint.hit.fields.first().map(|(_, value)| value.as_str()));
        let what = file.map_or_else(|| "its log".to_owned(), |f| format!("`{f}`"));
        findings.push(
            complaint
                .finding(format!("Container `{container}` cannot rotate {what}"))
                .summary(format!(
                    "It says so {}; the file grows until its disk is full.",
                    counted(usize::try_from(complaint.hit.count).unwrap_or(usize::MAX), "time")
                ))
                .confidence(0.85)
                .remedy(
                    "See who may write in the file's folder.",
                    format!("kubectl exec {} -n {} -c {container} -- ls -ld {}", complaint.pod.name, complaint.pod.namespace, folder(file)),
                ),
        );
    }
    findings
}

fn grown(context: &Context<'_>, usage: &ContainerUsage) -> Option<Finding> {
    let bytes = usage.logs.filter(|b| *b > TOO_MUCH)?;
    let pod = ObjectRef::new("Pod", usage.namespace.as_str(), usage.pod.as_str());
    let size = quantity::bytes(bytes);
    Some(
        Finding::new(pod.clone(), format!("Logs of container `{}` take {size}", usage.container), usage.origin.at(format!("{}/logs/usedBytes", usage.pointer), format!("{bytes:.0}")))
            .summary(format!("Logs of container `{}` of pod `{}` take {size} of the node's disk; a kubelet keeps 50Mi unless it is told otherwise. Rotation does not work on this node, or is set far too high.", usage.container, usage.pod))
            .workload(workload(context, &pod))
            .confidence(0.7)
            .seen(None, usage.time.or(context.snapshot.taken_at))
            .remedy("See how the kubelet of the node is set: containerLogMaxSize and containerLogMaxFiles.", node(context, &pod).map(|n| format!("kubectl get --raw /api/v1/nodes/{n}/proxy/configz")).unwrap_or_default()),
    )
}

fn workload(context: &Context<'_>, pod: &ObjectRef) -> Option<ObjectRef> {
    context.snapshot.pod(&pod.namespace, &pod.name).and_then(|p| context.relations.workload_of_pod(context.snapshot, p))
}

fn node<'a>(context: &Context<'a>, pod: &ObjectRef) -> Option<&'a str> {
    context.snapshot.pod(&pod.namespace, &pod.name).map(|p| p.spec.node_name.as_str()).filter(|n| !n.is_empty())
}

/// The folder of a file.
fn folder(file: Option<&str>) -> &str {
    file.and_then(|f| f.rsplit_once('/')).map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}
