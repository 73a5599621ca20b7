//! Tables of pods and their templates.
use super::column::{AGE, Column, NAME, Row, or_none, text};
use crate::selector::labels;
use jiff::Timestamp;
use serde_json::Value;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("", "pods") => PODS,
        ("", "podtemplates") => TEMPLATES,
        _ => return None,
    })
}

const PODS: &[Column] = &[
    NAME,
    text("Ready", |row| {
        let pod = Summary::of(row);
        format!("{}/{}", pod.ready, pod.containers).into()
    }),
    text("Status", |row| Summary::of(row).reason.into()),
    text("Restarts", |row| {
        let pod = Summary::of(row);
        match pod.last_restart {
            Some(last) if pod.restarts > 0 => format!("{} ({} ago)", pod.restarts, row.ago(&last.to_string())).into(),
            _ => pod.restarts.to_string().into(),
        }
    }),
    AGE,
    text("IP", |row| row.text_or("/status/podIPs/0/ip", "<none>").into()).wide(),
    text("Node", |row| row.text_or("/spec/nodeName", "<none>").into()).wide(),
    text("Nominated Node", |row| row.text_or("/status/nominatedNodeName", "<none>").into()).wide(),
    text("Readiness Gates", |row| {
        let gates = row.list("/spec/readinessGates");
        let met =
            gates.iter().filter(|gate| condition(row, gate["conditionType"].as_str().unwrap_or_default())["status"] == "True").count();
        if gates.is_empty() { "<none>".into() } else { format!("{met}/{}", gates.len()).into() }
    })
    .wide(),
];

const TEMPLATES: &[Column] = &[
    NAME,
    text("Containers", |row| row.container_names("/template/spec/containers").into()),
    text("Images", |row| row.container_images("/template/spec/containers").into()),
    text("Pod Labels", |row| or_none(labels::of_map(row.get("/template/metadata/labels"))).into()),
];

fn condition<'o>(row: &Row<'o>, wanted: &str) -> &'o Value {
    row.list("/status/conditions").iter().find(|condition| condition["type"] == wanted).unwrap_or(&Value::Null)
}

/// What a pod's line says.
struct Summary {
    ready: usize,
    containers: usize,
    reason: String,
    restarts: i64,
    last_restart: Option<Timestamp>,
}

impl Summary {
    fn of(row: &Row<'_>) -> Self {
        let init = row.list("/spec/initContainers");
        let stays = |name: &Value| init.iter().any(|container| container["name"] == *name && container["restartPolicy"] == "Always");
        let phase = row.text("/status/phase");
        let mut summary = Self {
            ready: 0,
            containers: row.count("/spec/containers") + init.iter().filter(|container| stays(&container["name"])).count(),
            reason: row.text_or("/status/reason", phase).to_owned(),
            restarts: 0,
            last_restart: None,
        };
        if condition(row, "PodScheduled")["reason"] == "SchedulingGated" {
            summary.reason = "SchedulingGated".to_owned();
        }
        let (mut of_sidecars, mut last_of_sidecars, mut initializing) = (0, None, false);
        for (at, status) in row.list("/status/initContainerStatuses").iter().enumerate() {
            summary.count_restarts(status);
            let sidecar = stays(&status["name"]);
            if sidecar {
                of_sidecars += status["restartCount"].as_i64().unwrap_or(0);
                last_of_sidecars = last_of_sidecars.max(ended(status));
            }
            let (terminated, waiting) = (&status["state"]["terminated"], &status["state"]["waiting"]);
            if terminated["exitCode"] == 0 {
                continue;
            }
            if sidecar && status["started"] == true {
                summary.ready += usize::from(status["ready"] == true);
                continue;
            }
            let waits_for = waiting["reason"].as_str().filter(|reason| !reason.is_empty() && *reason != "PodInitializing");
            summary.reason = if terminated.is_object() {
                format!("Init:{}", end(terminated))
            } else if let Some(reason) = waits_for {
                format!("Init:{reason}")
            } else {
                format!("Init:{at}/{}", init.len())
            };
            initializing = true;
            break;
        }
        if !initializing || condition(row, "Initialized")["status"] == "True" {
            (summary.restarts, summary.last_restart) = (of_sidecars, last_of_sidecars);
            summary.look_at_containers(row);
        }
        if !row.get("/metadata/deletionTimestamp").is_null() {
            if row.text("/status/reason") == "NodeLost" {
                summary.reason = "Unknown".to_owned();
            } else if !matches!(phase, "Succeeded" | "Failed") {
                summary.reason = "Terminating".to_owned();
            }
        }
        summary
    }

    fn look_at_containers(&mut self, row: &Row<'_>) {
        let mut running = false;
        for status in row.list("/status/containerStatuses").iter().rev() {
            self.count_restarts(status);
            let state = &status["state"];
            if let Some(reason) = state["waiting"]["reason"].as_str().filter(|reason| !reason.is_empty()) {
                self.reason = reason.to_owned();
            } else if state["terminated"].is_object() {
                self.reason = end(&state["terminated"]);
            } else if status["ready"] == true && state["running"].is_object() {
                running = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && running {
            self.reason = if condition(row, "Ready")["status"] == "True" { "Running" } else { "NotReady" }.to_owned();
        }
    }

    fn count_restarts(&mut self, status: &Value) {
        self.restarts += status["restartCount"].as_i64().unwrap_or(0);
        self.last_restart = self.last_restart.max(ended(status));
    }
}

/// When a container's earlier instance ended.
fn ended(status: &Value) -> Option<Timestamp> {
    status["lastState"]["terminated"]["finishedAt"].as_str()?.parse().ok()
}

/// How a container ended, in a word.
fn end(terminated: &Value) -> String {
    match (terminated["reason"].as_str().unwrap_or_default(), terminated["signal"].as_i64().unwrap_or(0)) {
        ("", 0) => format!("ExitCode:{}", terminated["exitCode"].as_i64().unwrap_or(0)),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(pod: &Value) -> Vec<String> {
        let row = Row::new(pod, "2026-11-24T03:10:00Z".parse().unwrap());
        PODS.iter().take(5).map(|column| column.cell(&row).as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_crashing_pod() {
        let pod = json!({"metadata": {"name": "p", "creationTimestamp": "2026-11-24T03:00:00Z"}, "spec": {"containers": [{"name": "a"}, {"name": "b"}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "a", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"finishedAt": "2026-11-24T03:08:30Z"}}},
                {"name": "b", "restartCount": 0, "ready": true, "state": {"running": {}}}]}});
        assert_eq!(shown(&pod), ["p", "1/2", "CrashLoopBackOff", "4 (90s ago)", "10m"]);
    }

    #[test]
    fn init_containers_and_sidecars() {
        let mut pod = json!({"metadata": {"name": "p", "creationTimestamp": "2026-11-24T03:00:00Z"},
            "spec": {"initContainers": [{"name": "side", "restartPolicy": "Always"}, {"name": "wait"}], "containers": [{"name": "a"}]},
            "status": {"phase": "Pending", "initContainerStatuses": [
                {"name": "side", "started": true, "ready": true, "restartCount": 0, "state": {"running": {}}},
                {"name": "wait", "restartCount": 2, "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]}});
        assert_eq!(shown(&pod)[1..4], ["1/2", "Init:Error", "2"]);
        pod["status"]["initContainerStatuses"][1]["state"] = json!({"running": {}});
        assert_eq!(shown(&pod)[2], "Init:1/2");
        pod["status"]["initContainerStatuses"][1]["state"] = json!({"waiting": {"reason": "ImagePullBackOff"}});
        assert_eq!(shown(&pod)[2], "Init:ImagePullBackOff");
    }

    #[test]
    fn ends_and_deletions() {
        let pod = |status: Value, deleted: bool| {
            let mut pod = json!({"metadata": {"name": "p", "creationTimestamp": "2026-11-24T03:00:00Z"}, "spec": {"containers": [{"name": "a"}]}, "status": status});
            if deleted {
                pod["metadata"]["deletionTimestamp"] = "2026-11-24T03:09:00Z".into();
            }
            shown(&pod)[2].clone()
        };
        assert_eq!(pod(json!({"phase": "Failed", "reason": "Evicted"}), false), "Evicted");
        assert_eq!(pod(json!({"phase": "Failed", "containerStatuses": [{"state": {"terminated": {"signal": 9}}}]}), false), "Signal:9");
        assert_eq!(
            pod(
                json!({"phase": "Succeeded", "containerStatuses": [{"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}),
                true
            ),
            "Completed"
        );
        assert_eq!(pod(json!({"phase": "Running"}), true), "Terminating");
        assert_eq!(pod(json!({"phase": "Running", "reason": "NodeLost"}), true), "Unknown");
        assert_eq!(
            pod(json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "reason": "SchedulingGated"}]}), false),
            "SchedulingGated"
        );
    }
}
