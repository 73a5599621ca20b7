//! Members of MongoDB replica sets, as one of them tells of all (`replSetGetStatus`).

use tarbox_model::facts::MongoAnswer;
use tarbox_model::{Context, Evidence, ObjectRef, Timestamp};

/// A replica set, as one member sees it.
#[derive(Debug, Clone)]
pub(super) struct ReplicaSet<'a> {
    /// The answer.
    pub(super) answer: &'a MongoAnswer,
    /// Name of the set.
    pub(super) name: &'a str,
    /// The member's workload, or its pod.
    pub(super) server: ObjectRef,
    /// Members.
    pub(super) members: Vec<Member<'a>>,
}

/// One member.
#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    /// Host and port.
    pub(super) name: &'a str,
    /// `PRIMARY`, `SECONDARY`, `(not reachable/healthy)`, …
    pub(super) state: &'a str,
    /// Newest operation that it has.
    pub(super) optime: Option<Timestamp>,
    /// Evidence: its state.
    pub(super) evidence: Evidence,
}

/// Every replica set, each by the member that sees a primary, or else by the first one.
pub(super) fn replica_sets<'a>(context: &Context<'a>) -> Vec<ReplicaSet<'a>> {
    let mut all: Vec<ReplicaSet<'a>> = Vec::new();
    for answer in context.snapshot.mongo_answers.iter().filter(|a| a.ok && a.command == "replSetGetStatus") {
        let Some(set) = read(context, answer) else { continue };
        match all.iter_mut().find(|known| known.name == set.name && known.server == set.server) {
            Some(known) if known.primary().is_none() && set.primary().is_some() => *known = set,
            Some(_) => {}
            None => all.push(set),
        }
    }
    all
}

fn read<'a>(context: &Context<'a>, answer: &'a MongoAnswer) -> Option<ReplicaSet<'a>> {
    let members = answer.answer.get("members")?.as_array()?;
    let text = |member: &'a serde_json::Value, field: &str| member.get(field).and_then(|v| v.as_str()).unwrap_or_default();
    let members = members.iter().enumerate().map(|(i, member)| {
        let state = text(member, "stateStr");
        let date = member.get("optimeDate").and_then(|d| d.get("$date").unwrap_or(d).as_str()).and_then(|d| d.parse().ok());
        Member { name: text(member, "name"), state, optime: date, evidence: answer.evidence(&format!("/members/{i}/stateStr"), state) }
    });
    let pod = context.snapshot.pod(&answer.namespace, &answer.pod);
    let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
    Some(ReplicaSet {
        answer,
        name: answer.answer.get("set").and_then(|s| s.as_str()).unwrap_or_default(),
        server: owner.unwrap_or_else(|| ObjectRef::new("Pod", answer.namespace.as_str(), answer.pod.as_str())),
        members: members.collect(),
    })
}

impl<'a> ReplicaSet<'a> {
    /// The primary.
    pub(super) fn primary(&self) -> Option<&Member<'a>> {
        self.members.iter().find(|m| m.state == "PRIMARY")
    }

    /// Members that can vote and be asked.
    pub(super) fn healthy(&self) -> usize {
        self.members.iter().filter(|m| matches!(m.state, "PRIMARY" | "SECONDARY" | "ARBITER")).count()
    }

    /// The pod that answered.
    pub(super) fn pod(&self) -> ObjectRef {
        ObjectRef::new("Pod", self.answer.namespace.as_str(), self.answer.pod.as_str())
    }
}
