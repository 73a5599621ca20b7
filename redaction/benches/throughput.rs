//! How fast redaction is, in MB of input a second on one thread: `cargo bench -p tarbox-redaction`, `… -- --only=pods` for one of its inputs,
//! `… -- --with=default` for one of its redactors, `… -- FILE…` for files of your own.
//!
//! The best of many short rounds counts, because it is the one that other programs disturbed least.
#![allow(clippy::print_stdout, reason = "a benchmark talks to its user")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tarbox_redaction::{Level, Redactor, TextKind};

fn main() -> std::io::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let option = |name: &str| std::env::args().find_map(|argument| argument.strip_prefix(name).map(str::to_owned));
    let (only, with) = (option("--only="), option("--with="));
    let wanted = |name: &str| files.is_empty() && only.as_ref().is_none_or(|only| only == name);
    let plain = Redactor::new([7; 32], Level::Default);
    let knowing = Redactor::new([7; 32], Level::Default);
    for n in 0..if once() { 0 } else { 2000_u64 } {
        let value = format!("{:x}-{:X}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n.wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
        knowing.learn_secret(&json!({"kind": "Secret", "stringData": {"password": value}}));
    }
    let strict = Redactor::new([7; 32], Level::Strict);
    let mut redactors = vec![("default", &plain), ("2000 Secrets", &knowing), ("strict", &strict)];
    redactors.retain(|(name, _)| with.as_deref().map_or(!once() || *name == "default", |with| with == *name));
    for file in &files {
        text(file, &std::fs::read(file)?, &redactors);
    }
    for (name, make) in [("plain log", service_log as fn(u64) -> String), ("JSON log", json_log), ("API server log", klog)] {
        if wanted(name) {
            text(name, make(6_000).as_bytes(), &redactors);
        }
    }
    if wanted("pods") {
        objects("pods", &(0..400).map(pod).collect::<Vec<_>>(), &redactors);
    }
    Ok(())
}

fn text(name: &str, text: &[u8], redactors: &[(&str, &Redactor)]) {
    for (with, redactor) in redactors {
        let mut out = Vec::with_capacity(text.len() * 2);
        let best = best(|| {
            out.clear();
            let mut stream = redactor.text_stream(TextKind::Log);
            for piece in text.chunks(32 << 10) {
                stream.push(piece, &mut out);
            }
            stream.finish(&mut out).total()
        });
        report(name, with, text.len(), best);
    }
}

fn objects(name: &str, objects: &[Value], redactors: &[(&str, &Redactor)]) {
    let bytes = objects.iter().map(|object| object.to_string().len()).sum();
    for (with, redactor) in redactors {
        // The copies are made and dropped outside of the measured time.
        let mut time = Duration::MAX;
        let mut found = 0;
        let begin = Instant::now();
        while time == Duration::MAX || !once() && begin.elapsed() < Duration::from_secs(2) {
            let mut copies = objects.to_vec();
            let start = Instant::now();
            found = copies.iter_mut().map(|object| redactor.redact_object(object).map_or(0, |counts| counts.total())).sum();
            time = time.min(start.elapsed());
        }
        report(name, with, bytes, (time, found));
    }
}

/// For profilers: each input once.
fn once() -> bool {
    std::env::args().any(|argument| argument == "--once")
}

fn best(mut run: impl FnMut() -> u64) -> (Duration, u64) {
    let mut best = (Duration::MAX, 0);
    let begin = Instant::now();
    for round in 0.. {
        if round > 9 && once() || round >= 3 && begin.elapsed() > Duration::from_secs(2) {
            break;
        }
        let start = Instant::now();
        let found = std::hint::black_box(run());
        best = best.min((start.elapsed(), found));
    }
    best
}

fn report(name: &str, with: &str, bytes: usize, (time, found): (Duration, u64)) {
    let megabytes = bytes as f64 / 1e6;
    println!("{name:>16}, {with:<13} {:7.1} MB/s  ({megabytes:.1} MB, {found} found)", megabytes / time.as_secs_f64());
}

fn service_log(lines: u64) -> String {
    let mut log = String::new();
    for n in 0..lines {
        let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = match n % 50 {
            0 => writeln!(
                log,
                "2024-05-01T10:{:02}:{:02}.{:09}Z WARN  login failed for user-{} token=tk_{id:x}",
                n / 60 % 60,
                n % 60,
                n,
                n % 97
            ),
            1 => writeln!(
                log,
                "2024-05-01T10:{:02}:{:02}.{:09}Z INFO  connected to mongodb://app:pw{id:x}@mongodb:27017/documents",
                n / 60 % 60,
                n % 60,
                n
            ),
            m if m % 7 == 0 => writeln!(
                log,
                "2024-05-01T10:{:02}:{:02}.{:09}Z ERROR upstream request timeout: GET /api/documents/{id:016x} after 30000ms, retrying in {m}s",
                n / 60 % 60,
                n % 60,
                n
            ),
            m => writeln!(
                log,
                "2024-05-01T10:{:02}:{:02}.{:09}Z INFO  10.244.{m}.17 - GET /api/documents/{id:016x}?page={m} 200 {}ms",
                n / 60 % 60,
                n % 60,
                n,
                n % 900
            ),
        };
    }
    log
}

fn json_log(lines: u64) -> String {
    let mut log = String::new();
    for n in 0..lines {
        let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = writeln!(
            log,
            r#"{{"level":"info","ts":"2024-05-01T10:{:02}:{:02}.{:03}Z","logger":"controller","msg":"reconciled object{}","namespace":"production","name":"web-{:x}","generation":{},"trace":"{id:016x}{id:016x}","took":"{}ms"}}"#,
            n / 60 % 60,
            n % 60,
            n % 1000,
            if n % 20 == 0 { r#" \"quoted\" kind"# } else { "" },
            id >> 40,
            n % 40,
            n % 900
        );
    }
    log
}

fn klog(lines: u64) -> String {
    let mut log = String::new();
    for n in 0..lines {
        let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = match n % 10 {
            0 => writeln!(
                log,
                r#"I0501 10:{:02}:{:02}.{:06}       1 httplog.go:132] "HTTP" verb="GET" URI="/api/v1/namespaces/production/secrets/web-token?timeout=10s" latency="{}ms" userAgent="kube-controller-manager/v1.34.0" audit-ID="{:08x}-4f89-41d3-9a0c-{:012x}" srcIP="10.0.0.4:53214" resp=200"#,
                n / 60 % 60,
                n % 60,
                n,
                n % 30,
                id >> 32,
                id >> 16
            ),
            1 => writeln!(
                log,
                r#"E0501 10:{:02}:{:02}.{:06}       1 reflector.go:150] k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.Secret: failed to list *v1.Secret: secrets is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"secrets\" in API group \"\" at the cluster scope"#,
                n / 60 % 60,
                n % 60,
                n
            ),
            m => writeln!(
                log,
                r#"I0501 10:{:02}:{:02}.{:06}       1 event.go:389] "Event occurred" object="production/web-{:x}-x7k2p" fieldPath="" kind="Pod" apiVersion="v1" type="Normal" reason="Scheduled" message="Successfully assigned production/web-{:x}-x7k2p to node-{m}""#,
                n / 60 % 60,
                n % 60,
                n,
                id >> 40,
                id >> 40
            ),
        };
    }
    log
}

fn pod(n: u64) -> Value {
    let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digest = format!("sha256:{id:016x}{id:016x}{id:016x}{id:016x}");
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("web-6d8f9c7b5d-{:05x}", id >> 44), "namespace": "production", "uid": format!("{:08x}-4f89-41d3-9a0c-{:012x}", id >> 32, id >> 16),
            "resourceVersion": n.to_string(), "creationTimestamp": "2024-05-01T10:00:00Z", "labels": {"app": "web", "pod-template-hash": "6d8f9c7b5d"},
            "annotations": {"checksum/config": digest[7..].to_owned(), "prometheus.io/scrape": "true"}},
        "spec": {"serviceAccountName": "web", "nodeName": format!("node-{}", n % 9), "containers": [{"name": "web", "image": format!("registry.example.com/team/web:1.{n}"),
            "args": ["--listen=:8080", "--log-level=info", "--token-ttl=1h"],
            "env": [{"name": "MONGODB_URL", "value": format!("mongodb://web:pw{id:x}@mongodb-0.mongodb:27017/documents?authSource=admin")},
                {"name": "LOG_FORMAT", "value": "json"}, {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "web-secret", "key": "password"}}}],
            "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
            "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 10, "failureThreshold": 3},
            "volumeMounts": [{"name": "kube-api-access-x7k2p", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true}]}],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]},
        "status": {"phase": "Running", "podIP": format!("10.244.{}.{}", n % 250, n % 199), "hostIP": "10.0.0.4", "qosClass": "Burstable",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2024-05-01T10:00:09Z"}],
            "containerStatuses": [{"name": "web", "ready": true, "restartCount": 0, "imageID": format!("registry.example.com/team/web@{digest}"),
                "containerID": format!("containerd://{}", &digest[7..]), "state": {"running": {"startedAt": "2024-05-01T10:00:05Z"}}}]}})
}
