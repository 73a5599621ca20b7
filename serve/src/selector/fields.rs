//! Field selectors: `status.phase!=Running,spec.nodeName=n1`. Each kind has its few fields, as on a real server; all others are refused.
use crate::recording::Shelf;
use serde_json::Value;

/// Requirements that fields must all meet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<Requirement>);

#[derive(Debug, PartialEq, Eq)]
struct Requirement {
    field: String,
    value: String,
    equal: bool,
}

impl Fields {
    /// Parses a selector for a kind; says what is wrong with it otherwise.
    pub(crate) fn parse(text: &str, shelf: &Shelf) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for member in members(text) {
            if member.is_empty() {
                continue;
            }
            let (field, value, equal) = split(&member).ok_or_else(|| format!("invalid selector: {text:?}; can't understand {member:?}"))?;
            if !is_supported(shelf, field) {
                return Err(format!("field label not supported: {field}"));
            }
            requirements.push(Requirement { field: field.to_owned(), value: unescaped(value), equal });
        }
        Ok(Self(requirements))
    }

    /// Whether it lets everything pass.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one name that it asks for, if it does: a client that watches one object.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|requirement| requirement.field == "metadata.name" && requirement.equal)
            .map(|requirement| requirement.value.as_str())
    }

    /// Whether an object's fields meet it.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|requirement| (value(object, &requirement.field) == requirement.value) == requirement.equal)
    }
}

/// The fields of a kind, beside name and namespace.
fn is_supported(shelf: &Shelf, field: &str) -> bool {
    let own: &[&str] = match (shelf.resource.group.as_str(), shelf.resource.plural.as_str()) {
        ("", "pods") => &[
            "spec.nodeName",
            "spec.host",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        ("", "nodes") => &["spec.unschedulable"],
        ("", "replicationcontrollers") => &["status.replicas"],
        ("", "events") => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        ("", "namespaces") => &["status.phase"],
        ("", "secrets") => &["type"],
        ("", "services") => &["spec.clusterIP", "spec.type"],
        ("batch", "jobs") => &["status.successful"],
        ("certificates.k8s.io", "certificatesigningrequests") => &["spec.signerName"],
        ("resource.k8s.io", "resourceslices") => &["spec.nodeName", "spec.driver"],
        _ => &[],
    };
    field == "metadata.name"
        || (field == "metadata.namespace" && shelf.resource.namespaced)
        || own.contains(&field)
        || shelf.selectable.iter().any(|selectable| selectable == field)
}

/// A field's value as the server compares it.
fn value(object: &Value, field: &str) -> String {
    let at = |path: &str| path.split('.').try_fold(object, |value, part| value.get(part));
    let found = match field {
        "spec.host" => at("spec.nodeName"),
        "source" => at("source.component").filter(|component| **component != "").or_else(|| at("reportingComponent")),
        "status.successful" => at("status.succeeded"),
        other => at(other),
    };
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => match field {
            "spec.unschedulable" | "spec.hostNetwork" => "false".to_owned(),
            "status.replicas" | "status.successful" => "0".to_owned(),
            _ => String::new(),
        },
        Some(other) => other.to_string(),
    }
}

/// Splits at commas that are not escaped.
fn members(text: &str) -> Vec<String> {
    let mut members = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, members.last_mut()) {
            (',', _) => members.push(String::new()),
            ('\\', Some(member)) => {
                member.push(letter);
                member.extend(letters.next());
            }
            (_, Some(member)) => member.push(letter),
            (_, None) => {}
        }
    }
    members
}

fn split(member: &str) -> Option<(&str, &str, bool)> {
    let at = member.find(['!', '='])?;
    let (field, rest) = member.split_at_checked(at)?;
    let (sign, equal) = [("!=", false), ("==", true), ("=", true)].into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    (!field.is_empty()).then_some((field, rest.get(sign.len()..)?, equal))
}

fn unescaped(value: &str) -> String {
    let mut plain = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str, group: &str, plural: &str) -> Result<Fields, String> {
        Fields::parse(text, &Shelf::empty(group, "v1", plural))
    }

    #[test]
    fn fields_select_and_strange_ones_are_refused() {
        let pod = json!({"metadata": {"name": "p", "namespace": "n"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Running"}});
        let matches = |text: &str| parse(text, "", "pods").unwrap().matches(&pod);
        assert!(
            matches("spec.nodeName=n1,status.phase!=Succeeded,status.phase!=Failed")
                && matches("metadata.name==p")
                && matches("spec.hostNetwork=false")
        );
        assert!(!matches("spec.nodeName=n2") && !matches("status.phase!=Running") && matches("") && matches("status.podIP="));
        assert_eq!(parse("spec.color=red", "", "pods").unwrap_err(), "field label not supported: spec.color");
        assert!(
            parse("metadata.namespace=x", "", "nodes").is_err()
                && parse("nonsense", "", "pods").is_err()
                && parse("=x", "", "pods").is_err()
        );
        assert_eq!(parse("metadata.name=p", "apps", "deployments").unwrap().name(), Some("p"));
    }

    #[test]
    fn values_may_have_commas_when_escaped() {
        let event = json!({"reason": "a,b=c", "source": {}, "reportingComponent": "kubelet"});
        assert!(parse(r"reason=a\,b\=c,source=kubelet", "", "events").unwrap().matches(&event));
    }
}
