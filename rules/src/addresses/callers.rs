//! Who calls a Service or a pod: by configuration that names it, and by complaints in logs.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::{Context, Evidence, ObjectRef};

use super::{Place, clients, heard, place};

/// Calls, by who is called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Callers {
    by_callee: BTreeMap<ObjectRef, Vec<Call>>,
}

/// One call.
#[derive(Debug, Clone)]
struct Call {
    client: ObjectRef,
    evidence: Vec<Evidence>,
    complaint: bool,
}

/// Who calls some objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calling {
    /// The clients.
    pub(crate) clients: BTreeSet<ObjectRef>,
    /// Where that stands, complaints first.
    pub(crate) evidence: Vec<Evidence>,
    /// Whether a client complains in its log.
    pub(crate) complaining: bool,
}

/// Every call that configuration and logs tell of.
pub(crate) fn callers(context: &Context<'_>) -> Callers {
    let mut callers = Callers::default();
    for heard in heard(context) {
        let call = Call { client: heard.client.clone(), evidence: vec![heard.log.evidence(heard.hit)], complaint: true };
        callers.note(context, heard.host, call);
    }
    for client in clients(context) {
        for mention in client.mentions(context) {
            let call = Call { client: client.reference.clone(), evidence: mention.evidence, complaint: false };
            callers.note(context, mention.host, call);
        }
    }
    callers
}

impl Callers {
    fn note(&mut self, context: &Context<'_>, host: &str, call: Call) {
        let callee = match place(context, host, &call.client.namespace, None) {
            Place::Service(service) => service.reference(),
            Place::Pod(pod) => pod.reference(),
            Place::NoService { namespace, name } => ObjectRef::new("Service", namespace, name),
            Place::Elsewhere => return,
        };
        self.by_callee.entry(callee).or_default().push(call);
    }

    /// Who calls any of these.
    pub(crate) fn of(&self, callees: &[ObjectRef]) -> Calling {
        let calls: Vec<&Call> = callees.iter().filter_map(|c| self.by_callee.get(c)).flatten().collect();
        let sorted = calls.iter().filter(|c| c.complaint).chain(calls.iter().filter(|c| !c.complaint));
        Calling {
            clients: calls.iter().map(|c| c.client.clone()).collect(),
            evidence: sorted.flat_map(|c| c.evidence.iter().cloned()).collect(),
            complaining: calls.iter().any(|c| c.complaint),
        }
    }
}
