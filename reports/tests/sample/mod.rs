//! Hand-made analyses: an incident, hostile input, health, blindness, and very many findings.

#![allow(dead_code, reason = "each test file uses its own part of the samples")]
#![allow(clippy::unwrap_used, reason = "a sample that cannot be made is a fault of the test")]

mod overview;

use std::collections::BTreeMap;
use std::sync::Arc;

use tarbox_model::analysis::{FiredRule, Moment, NotEvaluated, Ranked, Relation, RuledOut, Totals, Way};
use tarbox_model::coverage::{InputProblem, Outcome, SourceCoverage};
use tarbox_model::evidence::Origin;
use tarbox_model::finding::Severity;
use tarbox_model::overview::Overview;
use tarbox_model::patterns::{Change, LogPatterns, Loudness, WorkloadPattern, WorkloadPatterns};
use tarbox_model::rule::Level;
use tarbox_model::snapshot::BundleFacts;
use tarbox_model::{Analysis, Evidence, Finding, ObjectRef, Timestamp};

fn at(time: &str) -> Timestamp {
    format!("2026-10-05T{time}Z").parse().unwrap()
}

fn ranked(
    rule: &'static str,
    level: Level,
    severity: Severity,
    mut finding: Finding,
    explained_by: &[usize],
    explains: &[usize],
) -> Ranked {
    finding.rule = rule;
    Ranked { finding, level, severity, explained_by: explained_by.to_vec(), explains: explains.to_vec() }
}

fn object(path: &str, line: u32) -> Origin {
    Origin::new(&Arc::from(path), line, "")
}

fn log(path: &str, line: u32, quote: &str, around: &[(u32, &str)]) -> Evidence {
    let mut evidence = Evidence::line(Arc::from(path), line, quote);
    evidence.context = around.iter().map(|&(n, text)| (n, text.to_owned())).collect();
    evidence
}

fn deployment(name: &str) -> ObjectRef {
    ObjectRef::new("Deployment", "production", name)
}

const SHEPHERD_LOG: &str = "logs/production/shepherd-7d9f8b6c5d-x2x4z/shepherd/previous.log";
const BILLING_LOG: &str = "logs/production/billing-5b8c7d9f4-q8r2k/billing/current.log";

fn causes() -> Vec<Ranked> {
    let pod = ObjectRef::new("Pod", "production", "shepherd-7d9f8b6c5d-x2x4z");
    let secret = object("objects/core/v1/pods.ndjson", 14)
        .at("/status/containerStatuses/0/state/waiting/message", "couldn't find key MONGODB_URI in Secret production/shepherd-secret");
    let first = Finding::new(pod, "Secret `shepherd-secret` has no key `MONGODB_URI`", secret)
        .cause(ObjectRef::new("Secret", "production", "shepherd-secret"))
        .workload(Some(deployment("shepherd")))
        .summary("Environment variable `MONGODB_URI` of container `shepherd` wants key `MONGODB_URI` of Secret `production/shepherd-secret`, which has `MONGO_URI` and `SESSION_KEY`. Did you mean `MONGO_URI`? The container cannot be made until the key is there.")
        .confidence(0.98)
        .seen(Some(at("02:47:10")), Some(at("03:12:44")))
        .evidence([
            object("objects/apps/v1/deployments.ndjson", 3).at("/spec/template/spec/containers/0/env/1/valueFrom/secretKeyRef", "MONGODB_URI"),
            log(SHEPHERD_LOG, 1042, "Error: MONGODB_URI is not set", &[(1040, "2026-10-05T02:47:08Z INFO  starting shepherd 4.18.2"), (1041, "2026-10-05T02:47:09Z INFO  reading configuration from environment"), (1042, "2026-10-05T02:47:09Z ERROR Error: MONGODB_URI is not set"), (1043, "    at readConfig (/srv/app/config.js:31:11)")]),
        ])
        .remedy("Refer to the key `MONGO_URI` instead: change `key: MONGODB_URI` in the workload. This starts new pods.", "kubectl edit deployment/shepherd -n production")
        .remedy("Or add the key `MONGODB_URI` to the Secret. Waiting pods start by themselves.", "kubectl patch secret shepherd-secret -n production -p '{\"stringData\":{\"MONGODB_URI\":\"VALUE\"}}'");
    let second = Finding::new(
        ObjectRef::new("Pod", "production", "billing-5b8c7d9f4-q8r2k"),
        "Container `billing` is killed at its memory limit of 256Mi",
        object("objects/core/v1/pods.ndjson", 2).at("/status/containerStatuses/0/lastState/terminated/reason", "OOMKilled"),
    )
    .workload(Some(deployment("billing")))
    .summary("The container used 255 of 256 MiB when it was killed, 14 times in 3 h.")
    .confidence(0.85)
    .seen(Some(at("00:10:00")), Some(at("03:08:51")))
    .evidence([log(BILLING_LOG, 88_120, "heap 241 MB of 256 MB", &[])])
    .remedy(
        "Raise the limit to 512Mi. This starts new pods.",
        "kubectl set resources deployment/billing -n production -c billing --limits=memory=512Mi",
    );
    let third = Finding::new(
        ObjectRef::cluster_wide("Node", "worker-3"),
        "Node `worker-3` has little disk left",
        object("objects/core/v1/nodes.ndjson", 3).at("/status/conditions/2/message", "kubelet has disk pressure"),
    )
    .confidence(0.6);
    vec![
        ranked("secret-key-missing", Level::Cause, Severity::Critical, first, &[], &[3, 4, 5, 6]),
        ranked("out-of-memory-killed", Level::Cause, Severity::High, second, &[], &[7]),
        ranked("node-disk-pressure", Level::Cause, Severity::Medium, third, &[], &[]),
    ]
}

fn consequences() -> Vec<Ranked> {
    let mut rollout = Finding::new(
        deployment("shepherd"),
        "Rollout of `shepherd` does not end: 0 of 3 pods are available",
        object("objects/apps/v1/deployments.ndjson", 3)
            .at("/status/conditions/1/message", "ReplicaSet \"shepherd-7d9f8b6c5d\" has timed out progressing."),
    );
    rollout.instances = 3;
    let endpoints = Finding::new(
        ObjectRef::new("Service", "production", "shepherd"),
        "Service `shepherd` has nobody behind it",
        object("objects/discovery.k8s.io/v1/endpointslices.ndjson", 7).at("/endpoints/0/conditions/ready", "false"),
    );
    let ingress = Finding::new(
        ObjectRef::new("Ingress", "production", "shop"),
        "Ingress `shop` answers 503 for `/api`",
        object("http/production/shop/api-health.json", 1).at("/status", "503"),
    );
    let client = Finding::new(
        ObjectRef::new("Pod", "production", "web-0"),
        "`web` cannot reach `shepherd:8080`",
        log("logs/production/web-0/web/current.log", 311, "connect ECONNREFUSED 10.96.12.4:8080", &[]),
    )
    .workload(Some(ObjectRef::new("StatefulSet", "production", "web")));
    let restarts = Finding::new(
        ObjectRef::new("Pod", "production", "billing-5b8c7d9f4-q8r2k"),
        "`billing` restarted 14 times",
        object("objects/core/v1/pods.ndjson", 2).at("/status/containerStatuses/0/restartCount", "14"),
    )
    .workload(Some(deployment("billing")));
    vec![
        ranked("rollout-stuck", Level::Symptom, Severity::High, rollout, &[0], &[]),
        ranked("service-without-ready-endpoints", Level::Symptom, Severity::High, endpoints, &[0], &[5, 6]),
        ranked("ingress-errors", Level::Symptom, Severity::Critical, ingress, &[4], &[]),
        ranked("database-unreachable", Level::Symptom, Severity::High, client, &[4], &[]),
        ranked("restarting", Level::Symptom, Severity::Medium, restarts, &[1], &[]),
    ]
}

fn moment(time: &str, kind: &'static str, object: ObjectRef, text: &str, count: i64) -> Moment {
    Moment { time: at(time), kind, object, text: text.to_owned(), count }
}

fn source(name: &str, outcome: Outcome, items: u64, detail: &str) -> SourceCoverage {
    SourceCoverage { source: name.to_owned(), outcome, items, detail: detail.to_owned() }
}

/// The pages of the rules that found something.
fn fired(findings: &[Ranked]) -> Vec<FiredRule> {
    let one = |it: &Ranked| FiredRule {
        rule: it.finding.rule,
        title: "What the rule says, in one line",
        level: it.level,
        severity: it.severity,
        page: format!(
            "# {}\n\n## What it detects\n\nIts own kind of trouble: `kubectl get pods -o jsonpath='{{.items}}'`.",
            it.finding.rule
        ),
    };
    let mut all: Vec<_> = findings.iter().map(one).collect();
    all.sort_by_key(|rule| rule.rule);
    all.dedup_by_key(|rule| rule.rule);
    all
}

fn pattern(change: Change, loudness: Loudness, text: &str, count: u64, span: (&str, &str), evidence: Evidence) -> WorkloadPattern {
    WorkloadPattern {
        text: text.to_owned(),
        loudness,
        change,
        count,
        first_time: Some(at(span.0)),
        last_time: Some(at(span.1)),
        containers: vec!["shepherd".to_owned()],
        pods: 2,
        evidence,
    }
}

/// What a workload at hand and another wrote.
fn log_patterns() -> LogPatterns {
    let trace = [
        (1051, "Error: cannot save order 17: not connected"),
        (1052, "    at save (/srv/app/orders.js:12:9)"),
        (1053, "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"),
    ];
    let shepherd = WorkloadPatterns {
        workload: deployment("shepherd"),
        concerned: true,
        since: Some(at("02:47:10")),
        logs: 4,
        lines: 98_210,
        patterns: vec![
            pattern(
                Change::New,
                Loudness::Error,
                "Error: cannot save order <*>: not connected",
                1_204,
                ("02:47:12", "03:12:40"),
                log(SHEPHERD_LOG, 1051, trace[0].1, &trace),
            ),
            pattern(
                Change::Stopped,
                Loudness::Other,
                "INFO  saved order <*> in <*>",
                41_870,
                ("00:00:02", "02:47:08"),
                log(SHEPHERD_LOG, 2, "INFO  saved order 1 in 3 ms", &[]),
            ),
            pattern(
                Change::Same,
                Loudness::Warning,
                "WARN  cache of <*> is cold",
                1,
                ("00:00:03", "00:00:03"),
                log(SHEPHERD_LOG, 3, "WARN  cache of 'eu' is cold", &[]),
            ),
        ],
        left_out: 9,
        unlisted: 31,
    };
    let mut web = WorkloadPatterns { workload: ObjectRef::new("StatefulSet", "production", "web"), concerned: false, ..shepherd.clone() };
    web.patterns = vec![WorkloadPattern { first_time: None, last_time: None, change: Change::Unknown, ..shepherd.patterns[2].clone() }];
    (web.left_out, web.unlisted) = (0, 0);
    LogPatterns { workloads: vec![shepherd, web], left_out: 3 }
}

fn ways() -> BTreeMap<(usize, usize), Way> {
    let service = || ObjectRef::new("Service", "production", "shepherd");
    let selects = (Relation::Selects, deployment("shepherd"));
    BTreeMap::from([
        ((0, 3), Vec::new()),
        ((0, 4), vec![selects.clone()]),
        ((4, 5), vec![(Relation::RoutesTo, service())]),
        ((0, 5), vec![(Relation::RoutesTo, service()), selects]),
        ((4, 6), vec![(Relation::Calls, service())]),
    ])
}

/// A bad night: three root causes, consequences, gaps.
pub(crate) fn incident() -> Analysis {
    let mut findings = causes();
    findings.extend(consequences());
    let probe = Finding::new(
        deployment("web"),
        "Container `web` has no readiness probe",
        object("objects/apps/v1/deployments.ndjson", 4).at("/spec/template/spec/containers/0/name", "web"),
    )
    .remedy("Add a readiness probe. This starts new pods.", "");
    findings.push(ranked("no-readiness-probe", Level::Prevention, Severity::Low, probe, &[], &[]));
    Analysis {
        bundle: "prod-2026-10-05.tar.zst".to_owned(),
        facts: BundleFacts {
            format: "tarbox bundle, format 1".to_owned(),
            cluster: "prod-eu-1".to_owned(),
            server_version: "v1.33.4".to_owned(),
            redaction: "standard".to_owned(),
            namespaces: vec!["production".to_owned()],
        },
        taken_at: Some(at("03:12:44")),
        fired: fired(&findings),
        findings,
        roots: vec![0, 1, 2],
        ways: ways(),
        prevention: vec![8],
        ruled_out: vec![
            RuledOut { rule: "image-not-found", title: "An image does not exist in its registry" },
            RuledOut { rule: "insufficient-cpu", title: "No node has enough CPU for a pod" },
            RuledOut { rule: "quota-exceeded", title: "A quota forbids new pods" },
        ],
        not_evaluated: vec![
            NotEvaluated { rule: "mongodb-down", reason: "mongodb was not collected".to_owned() },
            NotEvaluated { rule: "policy-blocks-traffic", reason: "networkpolicies were denied by the cluster".to_owned() },
            NotEvaluated { rule: "policy-blocks-dns", reason: "networkpolicies were denied by the cluster".to_owned() },
        ],
        timeline: vec![
            moment(
                "00:10:00",
                "restart",
                ObjectRef::new("Pod", "production", "billing-5b8c7d9f4-q8r2k"),
                "container `billing` killed: OOMKilled",
                14,
            ),
            moment("02:46:58", "rollout", deployment("shepherd"), "revision 42 begins", 1),
            moment(
                "02:47:10",
                "event",
                ObjectRef::new("Pod", "production", "shepherd-7d9f8b6c5d-x2x4z"),
                "Error: couldn't find key MONGODB_URI in Secret production/shepherd-secret",
                128,
            ),
            moment("02:57:01", "event", deployment("shepherd"), "ProgressDeadlineExceeded", 1),
            moment("02:57:40", "log", ObjectRef::new("Pod", "production", "web-0"), "connect ECONNREFUSED 10.96.12.4:8080", 1_320),
            moment("03:12:44", "collection", ObjectRef::cluster(), "the bundle was taken", 1),
        ],
        log_patterns: log_patterns(),
        overview: overview::overview(),
        coverage: vec![
            source("events", Outcome::Collected, 2_014, ""),
            source("logs", Outcome::Cut, 120_331, "3 of 18 logs cut at 10 MiB"),
            source("mongodb", Outcome::NotCollected, 0, ""),
            source("networkpolicies", Outcome::Denied, 0, "networkpolicies.networking.k8s.io is forbidden"),
            source("pods", Outcome::Collected, 18, ""),
        ],
        problems: vec![InputProblem {
            path: Some("objects/core/v1/services.ndjson".to_owned()),
            line: Some(7),
            message: "line is not JSON: expected `,` at column 812".to_owned(),
        }],
        totals: Totals { nodes: 3, pods: 18, pods_not_ready: 4, objects: 312, events: 2_014, log_lines: 120_331, rules: 41 },
    }
}

/// Nothing is wrong.
pub(crate) fn healthy() -> Analysis {
    let night = incident();
    let mut log_patterns = night.log_patterns.clone();
    for it in &mut log_patterns.workloads {
        (it.concerned, it.since) = (false, None);
        it.patterns.iter_mut().for_each(|p| p.change = Change::Unknown);
    }
    Analysis {
        log_patterns,
        findings: Vec::new(),
        fired: Vec::new(),
        roots: Vec::new(),
        prevention: Vec::new(),
        timeline: Vec::new(),
        overview: Overview::default(),
        problems: Vec::new(),
        not_evaluated: Vec::new(),
        coverage: vec![source("events", Outcome::Collected, 41, ""), source("pods", Outcome::Collected, 18, "")],
        totals: Totals { pods_not_ready: 0, ..night.totals },
        ..night
    }
}

/// Nothing could be read.
pub(crate) fn blind() -> Analysis {
    Analysis { bundle: "empty.tar.zst".to_owned(), not_evaluated: incident().not_evaluated, ..Analysis::default() }
}

/// The incident with one string in every place that a bundle fills.
pub(crate) fn hostile(vector: &str) -> Analysis {
    let mut it = incident();
    let own = || vector.to_owned();
    let reference = || ObjectRef::new(own(), own(), own());
    it.bundle = own();
    it.facts = BundleFacts { format: own(), cluster: own(), server_version: own(), redaction: own(), namespaces: vec![own()] };
    for ranked in &mut it.findings {
        let finding = &mut ranked.finding;
        finding.subject = reference();
        finding.cause = finding.cause.as_ref().map(|_| reference());
        finding.workload = finding.workload.as_ref().map(|_| reference());
        finding.title = own();
        finding.summary = own();
        for remedy in &mut finding.remedies {
            remedy.text = own();
            remedy.command = own();
        }
        for evidence in &mut finding.evidence {
            evidence.path = Arc::from(vector);
            evidence.pointer = evidence.pointer.as_ref().map(|_| own());
            evidence.quote = own();
            evidence.context.iter_mut().for_each(|line| line.1 = own());
        }
    }
    it.ways.values_mut().flatten().for_each(|step| step.1 = reference());
    for moment in &mut it.timeline {
        moment.object = reference();
        moment.text = own();
    }
    for workload in &mut it.log_patterns.workloads {
        workload.workload = reference();
        for pattern in &mut workload.patterns {
            pattern.text = own();
            pattern.containers = vec![own()];
            pattern.evidence.path = Arc::from(vector);
            pattern.evidence.quote = own();
            pattern.evidence.context.iter_mut().for_each(|line| line.1 = own());
        }
    }
    it.overview = overview::hostile(vector);
    it.coverage.iter_mut().for_each(|c| (c.source, c.detail) = (own(), own()));
    it.not_evaluated.iter_mut().for_each(|n| n.reason = own());
    it.problems.iter_mut().for_each(|p| (p.path, p.message) = (Some(own()), own()));
    it
}

/// The incident among very many findings.
pub(crate) fn crowd(n: usize) -> Analysis {
    let mut it = incident();
    let levels = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
    for i in 0..n {
        let pod = ObjectRef::new("Pod", format!("team-{}", i % 40), format!("worker-{i}"));
        let quote = log(
            &format!("logs/team-{}/worker-{i}/main/current.log", i % 40),
            100 + i as u32,
            "dial tcp 10.96.0.10:53: connect: connection refused",
            &[],
        );
        let finding = Finding::new(pod, format!("`worker-{i}` cannot reach `queue:5672`"), quote)
            .summary("The client has been refused 128 times in the last hour; the Service that it calls has nobody behind it.")
            .remedy("Look at the Service's endpoints.", format!("kubectl get endpointslices -n team-{}", i % 40))
            .seen(Some(at("02:47:10")), Some(at("03:12:44")));
        it.findings.push(ranked("dependency-unreachable", Level::Symptom, levels[i % 4], finding, &[0], &[]));
    }
    let all: Vec<_> = (9..9 + n).collect();
    it.findings[0].explains.extend(all);
    it
}

/// Strings that other tools fell for.
pub(crate) const VECTORS: &[&str] = &[
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<a href=\"https://evil.example\">x</a>",
    "<!-- -->",
    "<![CDATA[x]]>",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "{{style}} {{{script}}} {{> page}}",
    "${7*7} $x^2$ $$y$$",
    "</details></summary><h1>x",
    "</code></pre><iframe src=//evil.example>",
    "\u{1b}[2J\u{1b}]52;c;ZXZpbA==\u{7}",
    "a\rb",
    "a\r\nb\nc",
    "\u{9b}31m",
    "evil\u{202e}txt.exe",
    "zero\u{200b}width\u{feff}",
    "\u{2066}iso\u{2069}",
    "tag\u{e0041}",
    "nul\0byte",
    "\u{2028}line\u{2029}",
    "```\n<img src=x>\n```",
    "``````\nx\n~~~~",
    "`a`` b``` c",
    "` `` `",
    "`",
    "\\`x\\`",
    "\\",
    "x\\",
    "@channel please",
    "mail a@b.example",
    "fixes #1",
    "GH-42 org/repo#7",
    "0123456789abcdef0123456789abcdef01234567",
    "PROJ-123",
    ":tada: :bomb:",
    "https://evil.example/x?y=z",
    "www.evil.example",
    "ftp://evil.example",
    "mailto:a@b.example",
    "xmpp:a@b.example",
    "[x](https://evil.example)",
    "![x](https://evil.example/t.png)",
    "[x]: https://evil.example",
    "[^1]: note",
    "<https://evil.example>",
    "[[wiki]]",
    "- [ ] task",
    "# heading",
    "## heading ##",
    "title\n===",
    "x\n---",
    "---",
    "***",
    "> quote",
    "> [!WARNING]\n> x",
    "1. one",
    "12) twelve",
    "+ plus",
    "- minus",
    "    indented",
    "\tindented",
    "a | b\n---|---\n1 | 2",
    "| a | b |",
    "**bold** _it_ ~~no~~ ^up^",
    "=HYPERLINK(\"https://evil.example\")",
    "+1",
    "-1",
    "@SUM(1)",
    "",
    " ",
    "\n",
    "\u{3000}",
    "{panel}x{panel}",
    "h1. x",
    "!image.png!",
    "||a||b||",
    "<br>",
    "a&b;&amp;&copy;",
    "%3Cscript%3E",
];
