//! Members of MongoDB replica sets, as one of them tells of all (`replSetGetStatus`).

use tarbox_model::facts::{MongoAnswer, MongoMember};
use tarbox_model::{Context, ObjectRef};

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
    pub(super) members: Vec<MongoMember<'a>>,
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
    let members = answer.members();
    if members.is_empty() {
        return None;
    }
    let pod = context.snapshot.pod(&answer.namespace, &answer.pod);
    let owner = pod.and_then(|p| context.relations.workload_of_pod(context.snapshot, p));
    Some(ReplicaSet {
        answer,
        name: answer.answer.get("set").and_then(|s| s.as_str()).unwrap_or_default(),
        server: owner.unwrap_or_else(|| answer.pod_reference()),
        members,
    })
}

impl<'a> ReplicaSet<'a> {
    /// The primary.
    pub(super) fn primary(&self) -> Option<&MongoMember<'a>> {
        self.members.iter().find(|m| m.state == "PRIMARY")
    }

    /// Members that can vote and be asked.
    pub(super) fn healthy(&self) -> usize {
        self.members.iter().filter(|m| m.is_healthy()).count()
    }

    /// The pod that answered.
    pub(super) fn pod(&self) -> ObjectRef {
        self.answer.pod_reference()
    }
}
