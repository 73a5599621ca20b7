//! Containers that are in trouble at the bundle's time: not ready, and with an end behind them or without a beginning.

use tarbox_model::object::{ContainerView, Job, Object, Pod, Terminated, condition};
use tarbox_model::{Context, ObjectRef, Snapshot, Timestamp};

/// A container that is not ready although it should be.
#[derive(Debug, Clone)]
pub(crate) struct Trouble<'a> {
    /// The pod.
    pub(crate) pod: &'a Object<Pod>,
    /// Its workload.
    pub(crate) workload: Option<&'a ObjectRef>,
    /// The container.
    pub(crate) view: ContainerView<'a>,
    /// How its newest ended run ended, with the JSON pointer of it.
    pub(crate) end: Option<(&'a Terminated, String)>,
    /// Restarts.
    pub(crate) restarts: i32,
}

/// Every container in trouble: of active pods those that are not ready, and of failed pods of Jobs those that failed.
pub(crate) fn troubled<'a>(context: &Context<'a>) -> Vec<Trouble<'a>> {
    let mut all = Vec::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let failed_job = pod.status.phase == "Failed" && pod.status.reason.is_empty() && of_failing_job(context, pod);
        if !(pod.is_active() && !pod.is_ready() || failed_job) {
            continue;
        }
        for view in pod.containers() {
            let Some((_, _, status)) = view.status else { continue };
            let ended = |state: &'a Option<Terminated>, pointer: &str| state.as_ref().map(|t| (t, view.status_pointer(pointer)));
            let end = ended(&status.state.terminated, "/state/terminated")
                .or_else(|| ended(&status.last_state.terminated, "/lastState/terminated"));
            let over =
                status.state.terminated.as_ref().is_some_and(|t| t.exit_code == 0) && (view.init || pod.spec.restart_policy != "Always");
            if status.ready || over {
                continue;
            }
            all.push(Trouble { pod, workload, view, end, restarts: status.restart_count });
        }
    }
    all
}

/// The Job that made a pod.
pub(super) fn job_of<'a>(context: &Context<'a>, pod: &Pod) -> Option<&'a Object<Job>> {
    let owner = pod.metadata.controller().filter(|o| o.kind == "Job")?;
    Snapshot::find(&context.snapshot.jobs, &pod.metadata.namespace, &owner.name)
}

/// Whether the Job of a failed pod has not succeeded meanwhile.
fn of_failing_job(context: &Context<'_>, pod: &Pod) -> bool {
    job_of(context, pod)
        .is_some_and(|j| j.status.succeeded == 0 && condition(&j.status.conditions, "Complete").is_none_or(|(_, c)| c.status != "True"))
}

impl Trouble<'_> {
    /// Workload, or the pod itself.
    pub(crate) fn owner(&self) -> ObjectRef {
        self.workload.cloned().unwrap_or_else(|| self.pod.reference())
    }

    /// Whether it waits in `CrashLoopBackOff`.
    pub(crate) fn loops(&self) -> bool {
        self.waits_for("CrashLoopBackOff")
    }

    /// Whether it waits for a reason.
    pub(crate) fn waits_for(&self, reason: &str) -> bool {
        self.view.status.and_then(|(_, _, s)| s.state.waiting.as_ref()).is_some_and(|w| w.reason == reason)
    }

    /// Since when the newest ended run ran, and when it ended.
    pub(crate) fn seen(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let began = self.pod.status.start_time.or(self.pod.metadata.creation_timestamp);
        (began, self.end.as_ref().and_then(|(t, _)| t.finished_at))
    }

    /// Whether the kubelet ended the run because a liveness or startup probe failed.
    pub(crate) fn was_killed_by_probe(&self, context: &Context<'_>) -> bool {
        let reference = self.pod.reference();
        let words = [
            format!("Container {} failed liveness probe", self.view.spec.name),
            format!("Container {} failed startup probe", self.view.spec.name),
        ];
        context
            .relations
            .events_about(context.snapshot, &reference)
            .any(|e| e.reason == "Killing" && words.iter().any(|w| e.message.starts_with(w.as_str())))
    }

    /// `kubectl logs` for the run that ended.
    pub(crate) fn logs_command(&self) -> String {
        let previous = if self.restarts > 0 { " --previous" } else { "" };
        format!("kubectl logs {} -c {} -n {}{previous}", self.pod.metadata.name, self.view.spec.name, self.pod.metadata.namespace)
    }
}

/// What an exit code means, in words.
pub(crate) fn exit_code(code: i32) -> &'static str {
    match code {
        0 => "it ended as if its work were done",
        1 => "an error of the application",
        2 => "misuse of a command, or a Go panic",
        3 => "a code of the application's own; with gunicorn: a worker failed to boot",
        4 => "a code of the application's own; with gunicorn: the application failed to load",
        126 => "the command cannot be executed",
        127 => "the command is not there",
        128 => "the runtime could not start it",
        134 => "aborted (SIGABRT)",
        137 => "killed (SIGKILL)",
        139 => "a segmentation fault (SIGSEGV)",
        143 => "asked to end (SIGTERM)",
        _ => "a code of the application's own",
    }
}
