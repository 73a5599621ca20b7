//! Command lines that many rules share. A pod that stands alone, and a Job's template, cannot be changed in place: they
//! are made anew from an edited copy.

use tarbox_model::ObjectRef;

use crate::wording::target;

/// Opens the workload in an editor.
pub(crate) fn edit(owner: &ObjectRef) -> String {
    or_anew(owner, format!("kubectl edit {}{}", target(owner), owner.namespace_flag()))
}

/// `kubectl set WHAT TARGET REST`, which changes the workload's template.
pub(crate) fn set(owner: &ObjectRef, what: &str, rest: &str) -> String {
    or_anew(owner, format!("kubectl set {what} {}{} {rest}", target(owner), owner.namespace_flag()))
}

/// A JSON patch of the workload's pod template. `operations` are JSON objects; their paths begin with `TEMPLATE`, which
/// stands for the place of the pod's spec.
pub(crate) fn patch_template(owner: &ObjectRef, operations: &[String]) -> String {
    let place = if owner.kind == "CronJob" { "/spec/jobTemplate/spec/template/spec" } else { "/spec/template/spec" };
    let operations = operations.join(",").replace("TEMPLATE", place);
    or_anew(owner, format!("kubectl patch {}{} --type=json -p '[{operations}]'", target(owner), owner.namespace_flag()))
}

/// A patch that merges a part of a pod's spec (JSON) into the workload's template; containers are found by name.
pub(crate) fn merge_template(owner: &ObjectRef, spec: &str) -> String {
    let template = format!("{{\"spec\":{{\"template\":{{\"spec\":{spec}}}}}}}");
    let patch = if owner.kind == "CronJob" { format!("{{\"spec\":{{\"jobTemplate\":{template}}}}}") } else { template };
    or_anew(owner, format!("kubectl patch {}{} -p '{patch}'", target(owner), owner.namespace_flag()))
}

/// Goes back to the revision before, where the kind has revisions.
pub(crate) fn undo(owner: &ObjectRef) -> Option<String> {
    matches!(owner.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet")
        .then(|| format!("kubectl rollout undo {}{}", target(owner), owner.namespace_flag()))
}

/// The command, or the way of what cannot be changed in place.
fn or_anew(owner: &ObjectRef, command: String) -> String {
    if !matches!(owner.kind.as_str(), "Pod" | "Job") {
        return command;
    }
    let (target, name) = (target(owner), owner.name.as_str());
    format!(
        "kubectl get {target}{} -o yaml > {name}.yaml; \"$EDITOR\" {name}.yaml; kubectl replace --force -f {name}.yaml",
        owner.namespace_flag()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_changed_is_made_anew() {
        let deployment = ObjectRef::new("Deployment", "web", "app");
        assert_eq!(edit(&deployment), "kubectl edit deployment/app -n web");
        assert_eq!(set(&deployment, "image", "app=a:1"), "kubectl set image deployment/app -n web app=a:1");
        let cron = ObjectRef::new("CronJob", "web", "load");
        let operation = r#"{"op":"remove","path":"TEMPLATE/nodeSelector"}"#.to_owned();
        assert!(patch_template(&cron, &[operation]).contains("/spec/jobTemplate/spec/template/spec/nodeSelector"));
        assert!(edit(&ObjectRef::new("Pod", "web", "tool")).ends_with("kubectl replace --force -f tool.yaml"));
        assert_eq!(undo(&cron), None);
    }
}
