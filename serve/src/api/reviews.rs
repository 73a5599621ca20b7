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
        "selfsubjectaccessreviews" => access(&verb(body, &review["spec"])),
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

/// What is to be done, by the review: as JSON, or as protobuf, which kubectl prefers and which is answered in JSON all the same.
fn verb(body: &[u8], spec: &Value) -> String {
    if let Some(envelope) = body.strip_prefix(b"k8s\0") {
        let spec = protobuf::field(envelope, 2).and_then(|review| protobuf::field(review, 2)).unwrap_or_default();
        let attributes = protobuf::field(spec, 1).or_else(|| protobuf::field(spec, 2)).unwrap_or_default();
        return String::from_utf8_lossy(protobuf::field(attributes, 2).unwrap_or_default()).into_owned();
    }
    let asked = ["resourceAttributes", "nonResourceAttributes"].iter().find_map(|of| spec[of]["verb"].as_str());
    asked.unwrap_or_default().to_owned()
}

fn access(verb: &str) -> Value {
    if READING.contains(&verb) { json!({"allowed": true}) } else { json!({"allowed": false, "reason": WHY_NOT}) }
}

mod protobuf {
    //! As much of protobuf's wire format as it takes to find a field.

    /// A field's bytes, by its number: the first one that has a length.
    pub(super) fn field(mut message: &[u8], wanted: u64) -> Option<&[u8]> {
        while !message.is_empty() {
            let (key, rest) = number(message)?;
            message = match key & 7 {
                0 => number(rest)?.1,
                1 => rest.get(8..)?,
                2 => {
                    let (length, rest) = number(rest)?;
                    let (content, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                    if key >> 3 == wanted {
                        return Some(content);
                    }
                    behind
                }
                5 => rest.get(4..)?,
                _ => return None,
            };
        }
        None
    }

    fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
        let mut value = 0;
        for (at, byte) in bytes.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(at).ok()?)?;
            if byte & 0x80 == 0 {
                return Some((value, bytes.get(at + 1..)?));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_allowed_and_nothing_else() {
        for (verb, allowed) in
            [("get", true), ("list", true), ("watch", true), ("delete", false), ("create", false), ("*", false), ("", false)]
        {
            assert_eq!(access(verb)["allowed"], allowed, "{verb}");
        }
        assert!(answer(&["apis", "apps", "v1", "deployments"], b"{}").is_none());
    }

    #[test]
    fn a_review_is_understood_as_json_and_as_protobuf() {
        let json = json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}});
        assert_eq!(verb(json.to_string().as_bytes(), &json["spec"]), "list");
        let wrap = |number: u8, content: &[u8]| [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat();
        let attributes = [wrap(1, b"production"), wrap(2, b"list"), wrap(5, b"pods")].concat();
        let review = [wrap(1, b""), wrap(2, &wrap(1, &attributes))].concat();
        let envelope = [b"k8s\0".to_vec(), wrap(1, &wrap(1, b"authorization.k8s.io/v1")), wrap(2, &review)].concat();
        assert_eq!(verb(&envelope, &Value::Null), "list");
        for cut in 4..envelope.len() {
            assert!(matches!(verb(&envelope[..cut], &Value::Null).as_str(), "" | "list"), "{cut}");
        }
    }
}
