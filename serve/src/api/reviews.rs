//! Questions that a client may ask about its rights: it may read everything, and nothing else.
use crate::answer::Answer;
use serde_json::{Value, json};

/// What may be done here.
const READING: [&str; 3] = ["get", "list", "watch"];
/// Why nothing else may.
const WHY_NOT: &str = "a recorded cluster is read-only";

/// Answers a review; nothing when the path is none's.
pub(super) fn answer(path: &[&str], body: &[u8]) -> Option<Answer> {
    let ["apis", "authorization.k8s.io" | "authentication.k8s.io", version, kind] = *path else { return None };
    let review: Value = serde_json::from_slice(body).unwrap_or_default();
    let status = match kind {
        "selfsubjectaccessreviews" => access(&review["spec"]),
        "selfsubjectrulesreviews" => json!({
            "resourceRules": [{"verbs": READING, "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["*"]}],
            "incomplete": false,
        }),
        "selfsubjectreviews" => json!({"userInfo": {"username": "reader-of-the-bundle", "groups": ["system:authenticated"]}}),
        _ => return None,
    };
    let group = path.get(1).copied().unwrap_or_default();
    let kind = match kind {
        "selfsubjectaccessreviews" => "SelfSubjectAccessReview",
        "selfsubjectrulesreviews" => "SelfSubjectRulesReview",
        _ => "SelfSubjectReview",
    };
    let document = json!({
        "kind": kind, "apiVersion": format!("{group}/{version}"), "metadata": {"creationTimestamp": null},
        "spec": review["spec"], "status": status,
    });
    Some(Answer::created(&document))
}

fn access(spec: &Value) -> Value {
    let asked = ["resourceAttributes", "nonResourceAttributes"].iter().find_map(|of| spec[of]["verb"].as_str()).unwrap_or_default();
    if READING.contains(&asked) { json!({"allowed": true}) } else { json!({"allowed": false, "reason": WHY_NOT}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_allowed_and_nothing_else() {
        let ask = |verb: &str| access(&json!({"resourceAttributes": {"verb": verb, "resource": "pods"}}))["allowed"].as_bool().unwrap();
        assert!(ask("get") && ask("list") && ask("watch"));
        assert!(!ask("delete") && !ask("create") && !ask("*") && !ask(""));
        assert!(answer(&["apis", "apps", "v1", "deployments"], b"{}").is_none());
    }
}
