//! The few facts about pods and nodes that later sources need, kept small: at 100,000 pods this is some megabytes and the objects are long gone.
use serde_json::Value;
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// One container's log situation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContainerFact {
    name: Name,
    /// Which instance of the container this is: the same pod, as often restarted, by the runtime's own id.
    pub(crate) instance: u64,
    /// Whether it runs now.
    pub(crate) running: bool,
    /// Whether there is a current log to ask for.
    pub(crate) current: Current,
    /// Whether an earlier instance left a log.
    pub(crate) previous: bool,
}

/// Whether the container's current instance has a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Current {
    /// It runs or ran.
    Here,
    /// It waits to be started again; the kubelet would answer with the previous instance's log.
    SameAsPrevious,
    /// It never started.
    NeverStarted,
}

/// One pod's facts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PodFact {
    namespace: Name,
    node: Name,
    name: (u32, u32),
    containers: (u32, u32),
    /// Not running well, or restarted: its logs come first.
    pub(crate) troubled: bool,
}

/// A name kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Name(u32);

/// All pods' and nodes' facts.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    names: Vec<Box<str>>,
    known: HashMap<Box<str>, Name>,
    pod_names: String,
    pods: Vec<PodFact>,
    containers: Vec<ContainerFact>,
    nodes: Vec<(Name, bool)>,
}

impl Facts {
    /// Notes a pod.
    pub(crate) fn note_pod(&mut self, pod: &Value) {
        let text = |pointer| pod.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (namespace, name, node) = (text("/metadata/namespace"), text("/metadata/name"), text("/spec/nodeName"));
        if namespace.is_empty() || name.is_empty() {
            return;
        }
        let first = index(self.containers.len());
        let mut troubled = !matches!(text("/status/phase"), "Running" | "Succeeded") || !pod["metadata"]["deletionTimestamp"].is_null();
        let done = text("/status/phase") == "Succeeded";
        for (field, statuses) in [
            ("initContainers", "initContainerStatuses"),
            ("containers", "containerStatuses"),
            ("ephemeralContainers", "ephemeralContainerStatuses"),
        ] {
            for container in pod["spec"][field].as_array().into_iter().flatten() {
                let Some(name) = container["name"].as_str() else { continue };
                let known = pod["status"][statuses].as_array().into_iter().flatten().find(|status| status["name"] == name);
                let status = known.unwrap_or(&Value::Null);
                troubled |= status["restartCount"].as_u64().unwrap_or(0) > 0;
                troubled |= field == "containers" && !done && status["ready"] != true;
                let (current, previous) = situation(status);
                let name = self.intern(name);
                let running = status["state"]["running"].is_object();
                let instance = instance(text("/metadata/uid"), status);
                self.containers.push(ContainerFact { name, instance, running, current, previous });
            }
        }
        let (namespace, node) = (self.intern(namespace), self.intern(node));
        let start = index(self.pod_names.len());
        self.pod_names.push_str(name);
        let (name, containers) = ((start, index(self.pod_names.len())), (first, index(self.containers.len())));
        self.pods.push(PodFact { namespace, node, name, containers, troubled });
    }

    /// Notes a node.
    pub(crate) fn note_node(&mut self, node: &Value) {
        let conditions = node.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
        let ready = conditions.filter(|condition| condition["type"] == "Ready").any(|condition| condition["status"] == "True");
        if let Some(name) = node.pointer("/metadata/name").and_then(Value::as_str) {
            let name = self.intern(name);
            self.nodes.push((name, ready));
        }
    }

    /// All pods.
    pub(crate) fn pods(&self) -> &[PodFact] {
        &self.pods
    }

    /// A pod's containers.
    pub(crate) fn containers(&self, pod: &PodFact) -> &[ContainerFact] {
        self.containers.get(pod.containers.0 as usize..pod.containers.1 as usize).unwrap_or_default()
    }

    /// A pod's name.
    pub(crate) fn pod_name(&self, pod: &PodFact) -> &str {
        self.pod_names.get(pod.name.0 as usize..pod.name.1 as usize).unwrap_or_default()
    }

    /// A pod's namespace.
    pub(crate) fn namespace(&self, pod: &PodFact) -> &str {
        self.text(pod.namespace)
    }

    /// The node a pod is on; empty when it is on none.
    pub(crate) fn node(&self, pod: &PodFact) -> &str {
        self.text(pod.node)
    }

    /// A container's name.
    pub(crate) fn container_name(&self, container: &ContainerFact) -> &str {
        self.text(container.name)
    }

    /// Nodes in the order in which they are worth a look: those that troubled pods are on, then those not ready, then the rest.
    pub(crate) fn nodes_by_interest(&self) -> Vec<(String, bool)> {
        let mut troubled: HashMap<Name, u32> = HashMap::new();
        for pod in self.pods.iter().filter(|pod| pod.troubled) {
            *troubled.entry(pod.node).or_default() += 1;
        }
        let mut nodes: Vec<_> =
            self.nodes.iter().map(|(name, ready)| (troubled.get(name).copied().unwrap_or(0), *ready, self.text(*name))).collect();
        nodes.sort_by_key(|(troubled, ready, name)| (std::cmp::Reverse(*troubled), *ready, *name));
        nodes.into_iter().map(|(_, ready, name)| (name.to_owned(), ready)).collect()
    }

    fn text(&self, name: Name) -> &str {
        self.names.get(name.0 as usize).map_or("", |name| name)
    }

    fn intern(&mut self, name: &str) -> Name {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let new = Name(index(self.names.len()));
        self.names.push(name.into());
        self.known.insert(name.into(), new);
        new
    }
}

/// Tells one instance of a container from another.
fn instance(pod: &str, status: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    (pod, status["restartCount"].as_u64(), status["containerID"].as_str()).hash(&mut hasher);
    hasher.finish()
}

/// Which logs a container's status promises.
fn situation(status: &Value) -> (Current, bool) {
    let state = &status["state"];
    let earlier = &status["lastState"]["terminated"];
    // Without an id the runtime has forgotten that instance, and its log with it.
    let earlier_id = earlier["containerID"].as_str().is_some_and(|id| !id.is_empty());
    let previous = earlier_id || (earlier.is_null() && status["restartCount"].as_u64().unwrap_or(0) > 0);
    let current = if state["running"].is_object() || state["terminated"].is_object() {
        Current::Here
    } else if earlier_id {
        Current::SameAsPrevious
    } else {
        Current::NeverStarted
    };
    (current, previous)
}

/// Positions fit in 32 bits by far; a cluster beyond that loses facts, not correctness.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn facts_of_a_crashing_pod() {
        let mut facts = Facts::default();
        facts.note_pod(&json!({
            "metadata": {"namespace": "production", "name": "shepherd-1"},
            "spec": {"nodeName": "n1", "initContainers": [{"name": "wait"}], "containers": [{"name": "app"}, {"name": "new"}]},
            "status": {"phase": "Running",
                "initContainerStatuses": [{"name": "wait", "state": {"terminated": {}}, "restartCount": 0}],
                "containerStatuses": [{"name": "app", "restartCount": 3, "state": {"waiting": {}}, "lastState": {"terminated": {"containerID": "x"}}}]}}));
        facts.note_node(&json!({"metadata": {"name": "n0"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}));
        facts.note_node(&json!({"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}));
        let pod = &facts.pods()[0];
        assert!(pod.troubled);
        assert_eq!((facts.namespace(pod), facts.pod_name(pod), facts.node(pod)), ("production", "shepherd-1", "n1"));
        let logs: Vec<_> = facts.containers(pod).iter().map(|c| (facts.container_name(c), c.current, c.previous)).collect();
        assert_eq!(logs[0], ("wait", Current::Here, false));
        assert_eq!(logs[1], ("app", Current::SameAsPrevious, true));
        assert_eq!(logs[2], ("new", Current::NeverStarted, false));
        assert_eq!(facts.nodes_by_interest(), [("n1".to_owned(), true), ("n0".to_owned(), true)]);
    }

    #[test]
    fn another_pod_and_a_restart_make_another_instance() {
        let instance_of = |uid: &str, restarts: u64, id: &str| {
            let mut facts = Facts::default();
            let status = json!({"name": "app", "restartCount": restarts, "containerID": id});
            facts.note_pod(&json!({"metadata": {"namespace": "a", "name": "p", "uid": uid}, "spec": {"containers": [{"name": "app"}]}, "status": {"containerStatuses": [status]}}));
            facts.containers(&facts.pods()[0])[0].instance
        };
        let one = instance_of("u", 0, "containerd://x");
        assert_eq!(one, instance_of("u", 0, "containerd://x"));
        assert!(
            [instance_of("v", 0, "containerd://x"), instance_of("u", 1, "containerd://x"), instance_of("u", 0, "containerd://y")]
                .iter()
                .all(|other| *other != one)
        );
    }
}
