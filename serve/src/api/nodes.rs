//! What kubelets said, through the API server's node proxy.
use crate::{answer::Answer, recording::Recording};
use tarbox_bundle::Outcome;

/// `/api/v1/nodes/<node>/proxy/…`.
pub(super) fn proxy(recording: &Recording, node: &str, path: &[&str]) -> Answer {
    let (stem, suffix) = match path {
        ["stats", "summary"] => ("summary", "json"),
        ["metrics", "cadvisor"] => ("cadvisor", "prom"),
        _ => {
            return Answer::not_collected(
                &format!("/{} of the kubelet", path.join("/")),
                Outcome::Absent,
                "only stats/summary and metrics/cadvisor are collected",
            );
        }
    };
    match recording.kubelet(node, stem, suffix).map(|span| recording.get(span)) {
        Some(Ok(bytes)) if suffix == "json" => Answer::raw_json(bytes),
        Some(Ok(bytes)) => Answer::text(200, bytes),
        Some(Err(error)) => Answer::broken(&error),
        None => {
            let of_node = recording.outcome(&format!("kubelet/{node}")).or_else(|| recording.outcome("kubelet"));
            let (outcome, detail) = of_node.map_or((Outcome::Absent, ""), |(outcome, detail)| (*outcome, detail.as_str()));
            Answer::not_collected(&format!("{stem} of the kubelet of {node}"), outcome, detail)
        }
    }
}
