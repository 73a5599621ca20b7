//! The places where a canary is planted, each with what ordinarily surrounds it, and what redaction makes of the whole.

use serde_json::{Value, json};
use tarbox_redaction::{Redactor, TextKind};

use crate::encoding::{base64, gzip};
use crate::random::{HEX, Random};

/// Where a canary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    EnvValue,
    Command,
    Annotation,
    Label,
    LastApplied,
    ConfigMapData,
    ConfigMapBinary,
    CustomSpec,
    CustomStatus,
    EventMessage,
    CurrentLog,
    PreviousLog,
    NodeLog,
    ObjectName,
    FileName,
}

pub(crate) const PLACES: [Place; 15] = [
    Place::EnvValue,
    Place::Command,
    Place::Annotation,
    Place::Label,
    Place::LastApplied,
    Place::ConfigMapData,
    Place::ConfigMapBinary,
    Place::CustomSpec,
    Place::CustomStatus,
    Place::EventMessage,
    Place::CurrentLog,
    Place::PreviousLog,
    Place::NodeLog,
    Place::ObjectName,
    Place::FileName,
];

impl Place {
    /// What would be written of a canary at this place.
    pub(crate) fn output(self, canary: &str, redactor: &Redactor, random: &mut Random) -> Vec<u8> {
        match self {
            Self::CurrentLog | Self::PreviousLog => log(canary, redactor, random, |n| format!("2024-05-01T10:00:{n:02}.000000000Z ")),
            Self::NodeLog => log(canary, redactor, random, |n| format!("May 01 10:00:{n:02} node-3 kubelet[812]: ")),
            Self::FileName => redactor.redact_str(&format!("logs/production/{canary}/web/current.log")).into_owned().into_bytes(),
            _ => {
                let mut object = self.object(canary, random);
                match redactor.redact_object(&mut object) {
                    Ok(_) => serde_json::to_vec(&object).unwrap(),
                    Err(_) => Vec::new(),
                }
            }
        }
    }

    fn object(self, canary: &str, random: &mut Random) -> Value {
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0", "namespace": "production", "uid": random.uuid()},
            "spec": {"containers": [{"name": "web", "image": format!("ghcr.io/team/web@sha256:{}", random.text(HEX, 64)),
                "env": [{"name": "LOG_LEVEL", "value": "info"}], "args": ["serve", "--listen=:8080"]}]}});
        let custom = |spec: Value, status: Value| json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec, "status": status});
        match self {
            Self::EnvValue => {
                let name = random.pick(&["STARTUP_NOTE", "EXTRA_OPTS", "SETTINGS", "PLATFORM_VARIABLES", "FOO"]);
                pod["spec"]["containers"][0]["env"][0] = json!({"name": name, "value": canary});
                pod
            }
            Self::Command => {
                let words = [json!(["sh", "-c", format!("exec app {canary}")]), json!(["app", canary, "--verbose"]), json!([canary])];
                let field = random.pick(&["args", "command"]);
                pod["spec"]["containers"][0][field] = words[random.below(3)].clone();
                pod
            }
            Self::Annotation => {
                let name = random.pick(&["example.org/note", "example.org/base64"]);
                pod["metadata"]["annotations"] = json!({name: canary, "other": "x"});
                pod
            }
            Self::Label => {
                pod["metadata"]["labels"] = json!({"app": "web", "example.org/mark": canary});
                pod
            }
            Self::LastApplied => {
                let applied = json!({"kind": "Pod", "metadata": {"annotations": {}}, "spec": {"containers": [{"env": [{"name": "X", "value": canary}]}]}});
                pod["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": format!("{applied}\n")});
                pod
            }
            Self::ConfigMapData => {
                let file = format!("# settings\nlisten: :8080\n{canary}\nlast: line\n");
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {random.pick(&["app.conf", "base64.conf"]): file, "LEVEL": "info"}})
            }
            Self::ConfigMapBinary => {
                let bytes = if random.chance(2) { gzip(canary.as_bytes()) } else { canary.as_bytes().to_vec() };
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "binaryData": {"blob": base64(&bytes, false, true)}})
            }
            Self::CustomSpec => custom(json!({"size": 3, "nested": [{"options": {"text": canary}}]}), json!({})),
            Self::CustomStatus => {
                let message = format!("reconcile failed: {canary} was refused");
                custom(
                    json!({}),
                    json!({"conditions": [{"type": "Ready", "status": "False", "reason": "Failed", "message": message}], "lastInput": canary}),
                )
            }
            Self::EventMessage => json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "web.17c"}, "reason": "Failed",
                "involvedObject": {"kind": "Pod", "name": "web-0"}, "message": format!("Error: command failed: {canary} (exit code 1)")}),
            Self::ObjectName => {
                pod["metadata"]["name"] = json!(canary);
                pod["metadata"]["ownerReferences"] = json!([{"kind": "ReplicaSet", "name": canary}]);
                pod
            }
            Self::CurrentLog | Self::PreviousLog | Self::NodeLog | Self::FileName => unreachable!("{self:?} is no object"),
        }
    }
}

/// A log around a canary, given to redaction in pieces cut anywhere.
fn log(canary: &str, redactor: &Redactor, random: &mut Random, head: impl Fn(usize) -> String) -> Vec<u8> {
    let around = [("INFO starting", "INFO ready"), ("{\"level\":\"info\",\"msg\":\"starting\"}", "{\"level\":\"info\",\"msg\":\"ready\"}")];
    let (first, last) = around[random.below(2)];
    let said = match random.below(4) {
        0 => canary.to_owned(),
        1 => format!("ERROR cannot connect with {canary}"),
        2 => format!("got {canary} from upstream"),
        _ => format!("{} (retrying)", canary),
    };
    let mut text = String::new();
    for (n, line) in [first, &said, last].join("\n").lines().enumerate() {
        text.push_str(&head(n.min(59)));
        text.push_str(line);
        text.push('\n');
    }
    let mut out = Vec::new();
    let mut stream = redactor.text_stream(TextKind::Log);
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.between(1, rest.len().min(300)));
        stream.push(piece, &mut out);
        rest = after;
    }
    stream.finish(&mut out);
    out
}
