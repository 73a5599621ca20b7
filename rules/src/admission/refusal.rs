//! Who was not allowed to create something, and in which words the API server refused.

use std::collections::BTreeMap;

use tarbox_model::evidence::Origin;
use tarbox_model::finding::Finding;
use tarbox_model::object::{Condition, Event, Object, PodSpec, condition};
use tarbox_model::{Context, Evidence, ObjectRef, Snapshot, Timestamp};

use crate::wording::{counted, times};

/// A controller that may not create its pods (or claims), at the bundle's time.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    /// Who was refused: ReplicaSet, StatefulSet, DaemonSet, Job.
    pub(super) by: ObjectRef,
    /// The workload above it.
    pub(super) workload: ObjectRef,
    /// The API server's words.
    pub(super) message: String,
    /// Where they stand.
    pub(super) evidence: Evidence,
    /// Times it happened; 0 when it is not told.
    pub(super) times: i64,
    /// Pods that are missing, as far as it is told.
    pub(super) missing: i32,
    /// First time.
    pub(super) first: Option<Timestamp>,
    /// Last time.
    pub(super) last: Option<Timestamp>,
}

impl Refusal {
    /// What all findings about a refusal share.
    pub(super) fn finding(&self, title: String) -> Finding {
        Finding::new(self.by.clone(), title, self.evidence.clone())
            .workload(Some(self.workload.clone()))
            .confidence(0.98)
            .seen(self.first, self.last)
    }

    /// "2 pods of `app` cannot be created. The API server has refused 14 times."
    pub(super) fn toll(&self) -> String {
        let missing = match usize::try_from(self.missing) {
            Ok(n) if n > 0 => format!("{} of `{}` cannot be created.", counted(n, "pod"), self.workload.name),
            _ => format!("`{}` cannot create what it needs.", self.workload.name),
        };
        if self.times > 0 { format!("{missing} The API server has refused {}.", times(self.times)) } else { missing }
    }
}

/// Every refusal that still holds: by a condition, else by the newest `FailedCreate` event of a controller that lacks
/// pods and has created none since.
pub(super) fn refusals(context: &Context<'_>) -> Vec<Refusal> {
    let mut all = Vec::new();
    let controllers = controllers(context.snapshot);
    for controller in controllers.values() {
        let said = Said::of(context, &controller.by);
        let told = controller.told.clone().or_else(|| said.newest.map(spoken).filter(|_| controller.missing > 0 && said.holds()));
        let Some((message, evidence)) = told else { continue };
        let Said { times, first, newest, .. } = said;
        let (by, workload) = (controller.by.clone(), controller.workload.clone());
        all.push(Refusal {
            by,
            workload,
            message,
            evidence,
            times,
            missing: controller.missing,
            first,
            last: newest.and_then(|e| e.last_seen()),
        });
    }
    for by in unseen(context) {
        let said = Said::of(context, &by);
        let Some(newest) = said.newest.filter(|_| said.holds()) else { continue };
        let (message, evidence) = spoken(newest);
        let workload = workload_by_name(context.snapshot, &by);
        all.push(Refusal { by, workload, message, evidence, times: said.times, missing: 0, first: said.first, last: newest.last_seen() });
    }
    all
}

/// What events tell of a controller's attempts.
struct Said<'a> {
    times: i64,
    first: Option<Timestamp>,
    newest: Option<&'a Object<Event>>,
    created: Option<Timestamp>,
}

impl<'a> Said<'a> {
    fn of(context: &Context<'a>, by: &ObjectRef) -> Self {
        let mut said = Self { times: 0, first: None, newest: None, created: None };
        for event in context.relations.events_about(context.snapshot, by) {
            match event.reason.as_str() {
                "FailedCreate" => {
                    said.times += event.times();
                    said.first = [said.first, event.first_seen()].into_iter().flatten().min();
                    said.newest = Some(event);
                }
                "SuccessfulCreate" => said.created = said.created.max(event.last_seen()),
                _ => {}
            }
        }
        said
    }

    /// Whether nothing was created after the last refusal.
    fn holds(&self) -> bool {
        self.newest.and_then(|e| e.last_seen()).zip(self.created).is_none_or(|(refused, created)| refused >= created)
    }
}

fn spoken(event: &Object<Event>) -> (String, Evidence) {
    (event.message.clone(), event.evidence("/message", event.message.as_str()))
}

/// A controller that lacks pods, or says that it may not create them.
struct Controller<'a> {
    by: ObjectRef,
    workload: ObjectRef,
    missing: i32,
    told: Option<(String, Evidence)>,
    template: Option<(&'a Origin, &'a PodSpec)>,
}

/// A controller that lacks pods of which nobody says why.
pub(super) struct Silent<'a> {
    /// ReplicaSet, StatefulSet, DaemonSet, Job.
    pub(super) by: ObjectRef,
    /// The workload above it.
    pub(super) workload: ObjectRef,
    /// Pods that are missing.
    pub(super) missing: i32,
    /// What its pods look like; the spec stands at `/spec/template/spec` of the origin.
    pub(super) template: (&'a Origin, &'a PodSpec),
}

/// Controllers that lack pods, and whose conditions and events are silent.
pub(super) fn silent<'a>(context: &Context<'a>) -> Vec<Silent<'a>> {
    let lacking = controllers(context.snapshot).into_values().filter(|c| c.told.is_none() && c.missing > 0);
    let quiet = lacking.filter(|c| Said::of(context, &c.by).newest.is_none());
    quiet.filter_map(|c| Some(Silent { by: c.by, workload: c.workload, missing: c.missing, template: c.template? })).collect()
}

/// Controllers that lack pods, with what their conditions say of it.
fn controllers(snapshot: &Snapshot) -> BTreeMap<ObjectRef, Controller<'_>> {
    let mut all: BTreeMap<ObjectRef, Controller<'_>> = BTreeMap::new();
    let mut add = |by: ObjectRef, workload, missing, told: Option<_>, template| {
        if missing > 0 || told.is_some() {
            all.insert(by.clone(), Controller { by, workload, missing, told, template });
        }
    };
    let mut told_below = std::collections::BTreeSet::new();
    for set in &snapshot.replica_sets {
        let missing = set.spec.replicas.unwrap_or(1) - set.status.replicas;
        let workload = above(set.metadata.controller(), set.reference());
        let told = told(&set.status.conditions, "ReplicaFailure", "True").filter(|_| missing > 0);
        let told = told.map(|(i, c)| (c.message.clone(), set.evidence(format!("/status/conditions/{i}/message"), c.message.as_str())));
        if told.is_some() {
            told_below.insert(workload.clone());
        }
        add(set.reference(), workload, missing, told, Some((&set.origin, &set.spec.template.spec)));
    }
    for deployment in &snapshot.deployments {
        // What the ReplicaSet says is nearer; the Deployment speaks where there is no ReplicaSet to be seen.
        let by = deployment.reference();
        let failure = told(&deployment.status.conditions, "ReplicaFailure", "True").filter(|_| !told_below.contains(&by));
        let none = || told(&deployment.status.conditions, "Progressing", "False").filter(|(_, c)| c.reason == "ReplicaSetCreateError");
        let missing = (deployment.spec.replicas.unwrap_or(1) - deployment.status.updated_replicas).max(0);
        if let Some((i, c)) = failure.or_else(none) {
            let evidence = deployment.evidence(format!("/status/conditions/{i}/message"), c.message.as_str());
            add(by.clone(), by, missing, Some((c.message.clone(), evidence)), None);
        }
    }
    for set in &snapshot.stateful_sets {
        add(
            set.reference(),
            set.reference(),
            set.spec.replicas.unwrap_or(1) - set.status.replicas,
            None,
            Some((&set.origin, &set.spec.template.spec)),
        );
    }
    for set in &snapshot.daemon_sets {
        add(
            set.reference(),
            set.reference(),
            set.status.desired_number_scheduled - set.status.current_number_scheduled,
            None,
            Some((&set.origin, &set.spec.template.spec)),
        );
    }
    for job in &snapshot.jobs {
        let begun = job.status.active + job.status.succeeded + job.status.failed > 0;
        if job.status.completion_time.is_none() && !begun && !job.spec.suspend {
            add(job.reference(), above(job.metadata.controller(), job.reference()), 1, None, Some((&job.origin, &job.spec.template.spec)));
        }
    }
    all
}

/// A condition of this type and status that says something.
fn told<'a>(conditions: &'a [Condition], r#type: &str, status: &str) -> Option<(usize, &'a Condition)> {
    condition(conditions, r#type).filter(|(_, c)| c.status == status && !c.message.is_empty())
}

fn above(owner: Option<&tarbox_model::object::OwnerReference>, own: ObjectRef) -> ObjectRef {
    owner.map(|o| ObjectRef::new(o.kind.as_str(), own.namespace.as_str(), o.name.as_str())).unwrap_or(own)
}

/// Controllers that only events tell of, where their list was not collected in full. In a full list, what is not there is
/// gone, and its events are of the past.
fn unseen(context: &Context<'_>) -> Vec<ObjectRef> {
    let snapshot = context.snapshot;
    let lists = [("ReplicaSet", "replicasets"), ("StatefulSet", "statefulsets"), ("DaemonSet", "daemonsets"), ("Job", "jobs")];
    let known = |by: &ObjectRef| match by.kind.as_str() {
        "ReplicaSet" => Snapshot::find(&snapshot.replica_sets, &by.namespace, &by.name).is_some(),
        "StatefulSet" => Snapshot::find(&snapshot.stateful_sets, &by.namespace, &by.name).is_some(),
        "DaemonSet" => Snapshot::find(&snapshot.daemon_sets, &by.namespace, &by.name).is_some(),
        _ => Snapshot::find(&snapshot.jobs, &by.namespace, &by.name).is_some(),
    };
    let gaps = |kind: &str| lists.iter().any(|(k, list)| *k == kind && !snapshot.coverage.is_complete(list));
    let events = snapshot.events.iter().filter(|e| e.reason == "FailedCreate").map(|e| e.about());
    let unseen: std::collections::BTreeSet<ObjectRef> = events.filter(|by| gaps(&by.kind) && !known(by)).collect();
    unseen.into_iter().collect()
}

/// The Deployment of a ReplicaSet `NAME-HASH`, if there is one of that name and it lacks pods; else the controller itself.
fn workload_by_name(snapshot: &Snapshot, by: &ObjectRef) -> ObjectRef {
    let name = by.name.rsplit_once('-').filter(|_| by.kind == "ReplicaSet").map(|(name, _)| name);
    let deployment = name.and_then(|name| Snapshot::find(&snapshot.deployments, &by.namespace, name));
    deployment.map_or_else(|| by.clone(), Object::reference)
}

/// The text between two marks.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(inner, _)| inner))
}

/// The words after the layers that every refusal has: "Error creating: pods … is forbidden: ".
pub(super) fn reason(message: &str) -> &str {
    message.split_once(" is forbidden: ").map_or(message, |(_, reason)| reason)
}
