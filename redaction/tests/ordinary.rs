//! What must stay: ordinary objects, logs and settings come through redaction unchanged, whatever the cluster's Secrets hold.

use serde_json::{Value, json};
use tarbox_redaction::{Level, Redactor, TextKind};

const LOGS: [(&str, &str); 3] = [
    ("control-plane.log", include_str!("ordinary/logs/control-plane.log")),
    ("node.log", include_str!("ordinary/logs/node.log")),
    ("services.log", include_str!("ordinary/logs/services.log")),
];
const SETTINGS: &str = include_str!("ordinary/config/settings.txt");
const OBJECTS: &str = include_str!("ordinary/objects/objects.ndjson");

/// A redactor that has learned Secrets of the usual kind.
fn redactor() -> Redactor {
    let redactor = Redactor::new([4; 32], Level::Default);
    for secret in [
        json!({"username": "web", "password": "Hx7-kk2Q", "database": "web", "host": "mongodb.production.svc", "port": "27017"}),
        json!({"mongodb-url": "mongodb://web:Hx7-kk2Q@mongodb-0.mongodb:27017/web?authSource=admin", "region": "eu-west-1", "bucket": "web-production"}),
        json!({"admin-user": "admin", "admin-password": "admin", "log-level": "info", "enabled": "true", "issuer": "https://auth.example.com/realms/web"}),
        json!({"config.yaml": "server:\n  port: 8080\n  host: app.example.com\nlog: json\nprovider: oidc\n", "namespace": "production", "token": "uR4vT2xYqW8zLm3N"}),
        json!({"AWS_REGION": "eu-west-1", "AWS_BUCKET": "web", "SMTP_HOST": "smtp.example.com", "SMTP_USER": "production", "SMTP_PASS": "password"}),
    ] {
        redactor.learn_secret(&json!({"kind": "Secret", "metadata": {"name": "web-secret"}, "stringData": secret}));
    }
    redactor
}

/// What changed, line by line.
fn note_changes(name: &str, before: &str, after: &str, changes: &mut Vec<String>) {
    if before.lines().count() != after.lines().count() {
        changes.push(format!("{name}: another number of lines"));
    }
    for (before, after) in before.lines().zip(after.lines()).filter(|(before, after)| before != after) {
        changes.push(format!("{name}\n- {before}\n+ {after}"));
    }
}

fn assert_none(changes: &[String]) {
    assert!(changes.is_empty(), "{} lines changed\n{}", changes.len(), changes.join("\n"));
}

#[test]
fn logs_stay() {
    let redactor = redactor();
    let mut changes = Vec::new();
    for (name, log) in LOGS {
        let mut out = Vec::new();
        let mut stream = redactor.text_stream(TextKind::Log);
        for piece in log.as_bytes().chunks(1000) {
            stream.push(piece, &mut out);
        }
        let counts = stream.finish(&mut out);
        note_changes(name, log, &String::from_utf8(out).unwrap(), &mut changes);
        changes.extend(counts.iter().map(|(rule, count)| format!("{name}: {count} {rule}")));
    }
    assert_none(&changes);
}

#[test]
fn settings_stay() {
    let redactor = redactor();
    let mut changes = Vec::new();
    for kind in [TextKind::Log, TextKind::Config, TextKind::Message] {
        let (after, _) = redactor.redact_text(SETTINGS.as_bytes(), kind);
        note_changes(&format!("settings.txt as {kind:?}"), SETTINGS, &String::from_utf8_lossy(&after), &mut changes);
    }
    let before = json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"settings.txt": SETTINGS}});
    let mut after = before.clone();
    redactor.redact_object(&mut after).unwrap();
    note_changes("settings.txt in a ConfigMap", SETTINGS, after["data"]["settings.txt"].as_str().unwrap(), &mut changes);
    assert_none(&changes);
}

#[test]
fn objects_stay() {
    let redactor = redactor();
    let mut changes = Vec::new();
    for line in OBJECTS.lines() {
        let before: Value = serde_json::from_str(line).unwrap();
        let mut after = before.clone();
        redactor.redact_object(&mut after).unwrap();
        let name = format!("{} {}", before["kind"], before["metadata"]["name"]);
        note_changes(&name, &format!("{before:#}"), &format!("{after:#}"), &mut changes);
    }
    assert_none(&changes);
}

/// Objects printed as logs, dumps and events often are.
#[test]
fn objects_in_text_stay() {
    let redactor = redactor();
    let mut changes = Vec::new();
    for line in OBJECTS.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        for (name, text) in
            [("compact", line.to_owned()), ("indented", format!("{value:#}")), ("escaped", serde_json::to_string(line).unwrap())]
        {
            let (after, _) = redactor.redact_text(text.as_bytes(), TextKind::Log);
            note_changes(
                &format!("{name} {} {}", value["kind"], value["metadata"]["name"]),
                &text,
                &String::from_utf8_lossy(&after),
                &mut changes,
            );
        }
    }
    assert_none(&changes);
}
