//! Tables of what keeps pods running.
use super::{
    age,
    column::{AGE, Column, NAME, Row, integer, or_none, plain, some_of, text},
};
use crate::selector::labels;
use jiff::Timestamp;
use serde_json::Value;

/// Columns of a kind of this family.
pub(super) fn columns(group: &str, plural: &str) -> Option<&'static [Column]> {
    Some(match (group, plural) {
        ("apps" | "extensions", "deployments") => DEPLOYMENTS,
        ("apps" | "extensions", "replicasets") => REPLICA_SETS,
        ("apps" | "extensions", "daemonsets") => DAEMON_SETS,
        ("apps", "statefulsets") => STATEFUL_SETS,
        ("apps", "controllerrevisions") => REVISIONS,
        ("", "replicationcontrollers") => REPLICATION_CONTROLLERS,
        ("batch", "jobs") => JOBS,
        ("batch", "cronjobs") => CRON_JOBS,
        ("autoscaling", "horizontalpodautoscalers") => AUTOSCALERS,
        ("policy", "poddisruptionbudgets") => DISRUPTION_BUDGETS,
        _ => return None,
    })
}

const CONTAINERS: &str = "/spec/template/spec/containers";
const CONTAINER_NAMES: Column = text("Containers", |row| row.container_names(CONTAINERS).into()).wide();
const IMAGES: Column = text("Images", |row| row.container_images(CONTAINERS).into()).wide();
const SELECTOR: Column = text("Selector", |row| or_none(labels::of_selector(row.get("/spec/selector"))).into()).wide();

const DEPLOYMENTS: &[Column] = &[
    NAME,
    text("Ready", |row| format!("{}/{}", row.number("/status/readyReplicas"), row.number_or("/spec/replicas", 1)).into()),
    text("Up-to-date", |row| row.number("/status/updatedReplicas").into()),
    text("Available", |row| row.number("/status/availableReplicas").into()),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
    text("Selector", |row| labels::of_selector(row.get("/spec/selector")).into()).wide(),
];

const REPLICA_SETS: &[Column] = &[
    NAME,
    integer("Desired", |row| row.number_or("/spec/replicas", 1).into()),
    integer("Current", |row| row.number("/status/replicas").into()),
    integer("Ready", |row| row.number("/status/readyReplicas").into()),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
    SELECTOR,
];

const REPLICATION_CONTROLLERS: &[Column] = &[
    NAME,
    integer("Desired", |row| row.number("/spec/replicas").into()),
    integer("Current", |row| row.number("/status/replicas").into()),
    integer("Ready", |row| row.number("/status/readyReplicas").into()),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
    text("Selector", |row| or_none(labels::of_map(row.get("/spec/selector"))).into()).wide(),
];

const DAEMON_SETS: &[Column] = &[
    NAME,
    integer("Desired", |row| row.number("/status/desiredNumberScheduled").into()),
    integer("Current", |row| row.number("/status/currentNumberScheduled").into()),
    integer("Ready", |row| row.number("/status/numberReady").into()),
    integer("Up-to-date", |row| row.number("/status/updatedNumberScheduled").into()),
    integer("Available", |row| row.number("/status/numberAvailable").into()),
    text("Node Selector", |row| or_none(labels::of_map(row.get("/spec/template/spec/nodeSelector"))).into()),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
    SELECTOR,
];

const STATEFUL_SETS: &[Column] = &[
    NAME,
    text("Ready", |row| format!("{}/{}", row.number("/status/readyReplicas"), row.number_or("/spec/replicas", 1)).into()),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
];

const REVISIONS: &[Column] = &[
    NAME,
    text("Controller", |row| {
        let owner = row.list("/metadata/ownerReferences").iter().find(|owner| owner["controller"] == true);
        owner
            .map_or_else(
                || "<none>".to_owned(),
                |owner| {
                    let (api, kind, name) = (plain(&owner["apiVersion"]), plain(&owner["kind"]), plain(&owner["name"]));
                    let group = api.split_once('/').map(|(group, _)| format!(".{group}")).unwrap_or_default();
                    format!("{}/{name}", format!("{kind}{group}").to_lowercase())
                },
            )
            .into()
    }),
    text("Revision", |row| row.number("/revision").into()),
    AGE,
];

const JOBS: &[Column] = &[
    NAME,
    text("Status", |row| {
        let has = |wanted: &str| {
            row.list("/status/conditions").iter().any(|condition| condition["type"] == wanted && condition["status"] == "True")
        };
        let first = |states: &[(&'static str, &'static str)]| states.iter().find(|(condition, _)| has(condition)).map(|(_, word)| *word);
        let ended = first(&[("Complete", "Complete"), ("Failed", "Failed")]);
        let deleted = (!row.get("/metadata/deletionTimestamp").is_null()).then_some("Terminating");
        let others = &[("Suspended", "Suspended"), ("FailureTarget", "FailureTarget"), ("SuccessCriteriaMet", "SuccessCriteriaMet")];
        ended.or(deleted).or_else(|| first(others)).unwrap_or("Running").into()
    }),
    text("Completions", |row| {
        let succeeded = row.number("/status/succeeded");
        match (row.get("/spec/completions").as_i64(), row.number("/spec/parallelism")) {
            (Some(wanted), _) => format!("{succeeded}/{wanted}"),
            (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
            (None, _) => format!("{succeeded}/1"),
        }
        .into()
    }),
    text("Duration", |row| {
        let time = |pointer: &str| row.text(pointer).parse::<Timestamp>().ok();
        let took = time("/status/startTime").map(|start| time("/status/completionTime").unwrap_or(row.now).duration_since(start));
        took.map(age::human).unwrap_or_default().into()
    }),
    AGE,
    CONTAINER_NAMES,
    IMAGES,
    SELECTOR,
];

const CRON_JOBS: &[Column] = &[
    NAME,
    text("Schedule", |row| row.text("/spec/schedule").into()),
    text("Timezone", |row| row.text_or("/spec/timeZone", "<none>").into()),
    text("Suspend", |row| match row.get("/spec/suspend").as_bool() {
        Some(true) => "True".into(),
        Some(false) => "False".into(),
        None => "<unset>".into(),
    }),
    integer("Active", |row| row.count("/status/active").into()),
    text("Last Schedule", |row| match row.text("/status/lastScheduleTime") {
        "" => "<none>".into(),
        time => row.ago(time).into(),
    }),
    AGE,
    text("Containers", |row| row.container_names("/spec/jobTemplate/spec/template/spec/containers").into()).wide(),
    text("Images", |row| row.container_images("/spec/jobTemplate/spec/template/spec/containers").into()).wide(),
    text("Selector", |row| or_none(labels::of_selector(row.get("/spec/jobTemplate/spec/selector"))).into()).wide(),
];

const AUTOSCALERS: &[Column] = &[
    NAME,
    text("Reference", |row| format!("{}/{}", row.text("/spec/scaleTargetRef/kind"), row.text("/spec/scaleTargetRef/name")).into()),
    text("Targets", |row| targets(row).into()),
    text("MinPods", |row| row.get("/spec/minReplicas").as_i64().map_or_else(|| "<unset>".to_owned(), |least| least.to_string()).into()),
    text("MaxPods", |row| row.number("/spec/maxReplicas").into()),
    text("Replicas", |row| row.number("/status/currentReplicas").into()),
    AGE,
];

const DISRUPTION_BUDGETS: &[Column] = &[
    NAME,
    text("Min Available", |row| number_or_share(row.get("/spec/minAvailable")).into()),
    text("Max Unavailable", |row| number_or_share(row.get("/spec/maxUnavailable")).into()),
    integer("Allowed Disruptions", |row| row.number("/status/disruptionsAllowed").into()),
    AGE,
];

fn number_or_share(value: &Value) -> String {
    if value.is_null() { "N/A".to_owned() } else { plain(value) }
}

/// What an autoscaler measures, against what it wants: `cpu: 12%/80%`.
fn targets(row: &Row<'_>) -> String {
    let current = row.list("/status/currentMetrics");
    let all: Vec<String> =
        row.list("/spec/metrics").iter().enumerate().map(|(at, wanted)| target(wanted, current.get(at).unwrap_or(&Value::Null))).collect();
    if all.is_empty() { "<none>".to_owned() } else { some_of(&all, 2, ", ") }
}

fn target(wanted: &Value, status: &Value) -> String {
    let kind = wanted["type"].as_str().unwrap_or_default();
    let field = match kind {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let (goal, current) = (&wanted[field]["target"], &status[field]["current"]);
    let known = |value: &Value| if value.is_null() { "<unknown>".to_owned() } else { plain(value) };
    let name = wanted[field]["name"].as_str().unwrap_or_default();
    match kind {
        "Pods" => format!("{}/{}", known(&current["averageValue"]), plain(&goal["averageValue"])),
        "Resource" | "ContainerResource" if !goal["averageValue"].is_null() => {
            format!("{name}: {}/{}", known(&current["averageValue"]), plain(&goal["averageValue"]))
        }
        "Resource" | "ContainerResource" => {
            let share = |value: &Value, none: &str| value.as_i64().map_or_else(|| none.to_owned(), |share| format!("{share}%"));
            format!("{name}: {}/{}", share(&current["averageUtilization"], "<unknown>"), share(&goal["averageUtilization"], "<auto>"))
        }
        _ if !goal["averageValue"].is_null() => format!("{}/{} (avg)", known(&current["averageValue"]), plain(&goal["averageValue"])),
        _ => format!("{}/{}", known(&current["value"]), plain(&goal["value"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn targets_of_autoscalers() {
        let autoscaler = json!({"spec": {"metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "target": {"averageUtilization": 80}}},
                {"type": "Pods", "pods": {"target": {"averageValue": "10"}}},
                {"type": "External", "external": {"target": {"value": "5"}}}]},
            "status": {"currentMetrics": [{"type": "Resource", "resource": {"current": {"averageUtilization": 12}}}]}});
        assert_eq!(targets(&Row::new(&autoscaler, Timestamp::UNIX_EPOCH)), "cpu: 12%/80%, <unknown>/10 + 1 more...");
        assert_eq!(targets(&Row::new(&Value::Null, Timestamp::UNIX_EPOCH)), "<none>");
    }

    #[test]
    fn jobs_by_their_conditions() {
        let job = json!({"metadata": {"name": "j", "creationTimestamp": "2026-11-24T03:00:00Z"}, "spec": {"completions": 3},
            "status": {"succeeded": 3, "startTime": "2026-11-24T03:00:00Z", "completionTime": "2026-11-24T03:00:42Z", "conditions": [{"type": "Complete", "status": "True"}]}});
        let row = Row::new(&job, "2026-11-24T03:10:00Z".parse().unwrap());
        let cells: Vec<Value> = JOBS.iter().take(5).map(|column| column.cell(&row)).collect();
        assert_eq!(cells, ["j", "Complete", "3/3", "42s", "10m"].map(Value::from));
    }
}
