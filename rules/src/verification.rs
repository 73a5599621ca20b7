//! How to see that a remedy has worked: a command that only reads, with the names of the finding's objects in it.

use tarbox_model::finding::Remedy;
use tarbox_model::{Finding, ObjectRef};

use crate::wording::target;

/// Commands that change nothing.
const READING: [&str; 13] = [
    "kubectl get ",
    "kubectl describe ",
    "kubectl logs ",
    "kubectl events ",
    "kubectl top ",
    "kubectl auth can-i ",
    "kubectl rollout status ",
    "kubectl rollout history ",
    "helm status ",
    "helm history ",
    "istioctl proxy-status",
    "jq ",
    "grep ",
];

/// Whether a command only reads, in each of its parts.
fn only_reads(command: &str) -> bool {
    let mut parts = command.split([';', '|', '&', '\n']).map(str::trim).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && parts.all(|part| READING.iter().any(|reading| part.starts_with(reading)))
}

/// Whether a step shows how the finding's own objects do.
pub fn verifies(finding: &Finding, step: &Remedy) -> bool {
    let objects = [Some(&finding.subject), finding.cause.as_ref(), finding.workload.as_ref()].into_iter().flatten();
    only_reads(&step.command) && objects.chain(&finding.depends_on).any(|o| !o.name.is_empty() && step.command.contains(&o.name))
}

/// The step that shows whether the others have helped; `None` when there are none, or one of them shows it.
pub fn verification(finding: &Finding) -> Option<Remedy> {
    if finding.remedies.is_empty() || finding.remedies.iter().any(|step| verifies(finding, step)) {
        return None;
    }
    // What a pod shows is mended in its workload.
    let object = finding.workload.as_ref().filter(|_| finding.subject.kind == "Pod").unwrap_or(&finding.subject);
    let (text, command) = of(object)?;
    Some(Remedy { text: text.to_owned(), command })
}

fn of(object: &ObjectRef) -> Option<(&'static str, String)> {
    let (name, flag) = (&object.name, object.namespace_flag());
    if name.is_empty() {
        return None;
    }
    Some(match object.kind.as_str() {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            ("Then see that its pods come up.", format!("kubectl rollout status {}{flag} --timeout=5m", target(object)))
        }
        "Service" => {
            ("Then see who stands behind the Service.", format!("kubectl get endpointslices -l kubernetes.io/service-name={name}{flag}"))
        }
        _ => ("Then see how it does.", format!("kubectl describe {}{flag}", target(object))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tarbox_model::evidence::Origin;

    #[test]
    fn a_command_reads_when_each_part_of_it_does() {
        assert!(only_reads("kubectl get pods -n web; kubectl logs app -n web | grep x"));
        for changes in
            ["", "kubectl get secret a -o json | kubectl apply -f -", "kubectl get pods && kubectl delete pod a", "kubectl edit service a"]
        {
            assert!(!only_reads(changes), "{changes}");
        }
    }

    #[test]
    fn what_shows_nothing_is_followed_by_what_does() {
        let pod = ObjectRef::new("Pod", "web", "app-1");
        let finding = Finding::new(pod, "", Origin::default().at("", ""))
            .workload(Some(ObjectRef::new("Deployment", "web", "app")))
            .remedy("Change it.", "kubectl edit deployment/app -n web")
            .remedy("See others.", "kubectl get pods -n other");
        assert_eq!(verification(&finding).unwrap().command, "kubectl rollout status deployment/app -n web --timeout=5m");
        assert_eq!(verification(&finding.remedy("See it.", "kubectl logs app-1 -n web")), None);
    }
}
