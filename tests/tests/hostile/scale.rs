//! Objects that would make a careless rule quadratic, circular or absurd.

use std::io::Write;

use crate::archive::file;
use crate::case::{Case, Expect, around};

/// Lines of one kind, after what is good.
fn objects(kind: &'static str, lines: impl Fn(&mut Vec<u8>) + Send + Sync) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        let mut body = Vec::new();
        lines(&mut body);
        around(out, |out| file(out, format!("objects/{kind}.ndjson").as_bytes(), &body));
    }
}

/// Every case is only asked to end well: how many objects there are is its own business.
fn case(name: &str, write: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> Case {
    Case::new("rules", name, Expect::AnyEnd, write)
}

fn service(number: usize, selector: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"s{number}","namespace":"default"}},"spec":{{"selector":{selector},"ports":[{{"port":80}}]}}}}"#
    )
}

fn pod(number: usize, more: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{number}","namespace":"default","uid":"u{number}"{more}}},"spec":{{"containers":[{{"name":"a","image":"a:1"}}]}},"status":{{"phase":"Running"}}}}"#
    )
}

/// Pods with these values of their label `app`, and Services that select these.
fn pods_and_services(
    labels: impl Iterator<Item = String> + Clone + Send + Sync,
    selected: impl Iterator<Item = String> + Clone + Send + Sync,
) -> impl Fn(&mut dyn Write) + Send + Sync {
    move |out| {
        let (mut pods, mut services) = (Vec::new(), Vec::new());
        for (number, app) in labels.clone().enumerate() {
            writeln!(pods, "{}", pod(number, &format!(r#","labels":{{"app":"{app}"}}"#))).unwrap();
        }
        for (number, app) in selected.clone().enumerate() {
            writeln!(services, "{}", service(number, &format!(r#"{{"app":"{app}"}}"#))).unwrap();
        }
        around(out, |out| {
            file(out, b"objects/core/v1/pods.part-1.ndjson", &pods);
            file(out, b"objects/core/v1/services.ndjson", &services);
        });
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case(
            "ten thousand pods that all fail",
            objects("core/v1/pods", |body| {
                for number in 0..10_000 {
                    writeln!(body, r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{number}","namespace":"n{}"}},"spec":{{"containers":[{{"name":"a","image":"a:{number}"}}]}},"status":{{"phase":"Pending","containerStatuses":[{{"name":"a","ready":false,"restartCount":0,"image":"","imageID":"","state":{{"waiting":{{"reason":"ImagePullBackOff","message":"Back-off pulling image \"a:{number}\""}}}}}}]}}}}"#, number % 100).unwrap();
                }
            }),
        ),
        case(
            "owners in a circle",
            objects("core/v1/pods", |body| {
                for number in 0..300 {
                    let owner = (number + 1) % 300;
                    let owners = format!(
                        r#","ownerReferences":[{{"apiVersion":"v1","kind":"Pod","name":"p{owner}","uid":"u{owner}","controller":true}}]"#
                    );
                    writeln!(body, "{}", pod(number, &owners)).unwrap();
                }
            }),
        ),
        case(
            "an object that owns itself",
            objects("core/v1/pods", |body| {
                writeln!(
                    body,
                    "{}",
                    pod(0, r#","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p0","uid":"u0","controller":true}]"#)
                )
                .unwrap();
            }),
        ),
        case(
            "a pod with ten thousand owners",
            objects("core/v1/pods", |body| {
                let owner = |n: usize| format!(r#"{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r{n}","uid":"r{n}"}}"#);
                let owners: Vec<String> = (0..10_000).map(owner).collect();
                writeln!(body, "{}", pod(0, &format!(r#","ownerReferences":[{}]"#, owners.join(",")))).unwrap();
            }),
        ),
        case(
            "times of the years 0, 9999 and of no year",
            objects("core/v1/events", |body| {
                for (number, time) in [
                    "0000-01-01T00:00:00Z",
                    "9999-12-31T23:59:59Z",
                    "99999-01-01T00:00:00Z",
                    "-0001-01-01T00:00:00Z",
                    "2026-13-45T99:99:99Z",
                    "now",
                    "",
                    "2026-01-01T00:00:00+99:99",
                ]
                .iter()
                .enumerate()
                {
                    writeln!(body, r#"{{"apiVersion":"v1","kind":"Event","metadata":{{"name":"e{number}","namespace":"default","creationTimestamp":"{time}"}},"involvedObject":{{"kind":"Pod","name":"good","namespace":"default"}},"reason":"BackOff","type":"Warning","message":"Back-off restarting failed container","firstTimestamp":"{time}","lastTimestamp":"{time}","count":2147483647}}"#).unwrap();
                }
            }),
        ),
        case(
            "quantities beyond everything",
            objects("core/v1/nodes", |body| {
                for (number, quantity) in [
                    "1e308Ki",
                    "1e999",
                    "-5",
                    "NaN",
                    "9223372036854775807Ei",
                    "0x10",
                    "1e-400",
                    "",
                    "1..2",
                    "999999999999999999999999999999999999m",
                ]
                .iter()
                .enumerate()
                {
                    writeln!(body, r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n{number}"}},"status":{{"allocatable":{{"cpu":"{quantity}","memory":"{quantity}","pods":"{quantity}"}},"capacity":{{"cpu":"{quantity}","memory":"{quantity}"}}}}}}"#).unwrap();
                }
            }),
        ),
        case(
            "numbers at their ends",
            objects("apps/v1/deployments", |body| {
                for number in [i64::MIN, i64::MAX, -1] {
                    writeln!(body, r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"d{number}","namespace":"default","generation":{number}}},"spec":{{"replicas":{number},"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"spec":{{"containers":[{{"name":"a","livenessProbe":{{"periodSeconds":{number},"failureThreshold":{number},"initialDelaySeconds":{number},"httpGet":{{"port":{number}}}}}}}]}}}}}},"status":{{"replicas":{number},"readyReplicas":{number},"observedGeneration":{number}}}}}"#).unwrap();
                }
            }),
        ),
        case(
            "three hundred Services that select three hundred pods each",
            pods_and_services((0..330).map(|_| "x".to_owned()), (0..330).map(|_| "x".to_owned())),
        ),
        case(
            "five thousand Services that select nothing among ten thousand pods",
            pods_and_services((0..10_000).map(|number| format!("x{number}")), (0..5_000).map(|number| format!("y{number}"))),
        ),
        case(
            "names of every length and sign",
            objects("core/v1/services", |body| {
                for name in
                    ["", "../../x", "a/b/c", "a:b", "${HOME}", "{{name}}", "\\u0000", "\\u001b[31m", "\\u202e", "-rf", "'; rm -rf /; '"]
                {
                    writeln!(body, r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{name}","namespace":"{name}"}},"spec":{{"selector":{{"{name}":"{name}"}},"ports":[{{"port":80,"name":"{name}"}}]}}}}"#).unwrap();
                }
                let long = "n".repeat(1 << 20);
                writeln!(body, "{}", service(0, &format!(r#"{{"{long}":"{long}"}}"#)).replace("\"s0\"", &format!("\"{long}\""))).unwrap();
            }),
        ),
        case(
            "a hundred thousand events",
            objects("core/v1/events", |body| {
                for number in 0..100_000 {
                    writeln!(body, r#"{{"apiVersion":"v1","kind":"Event","metadata":{{"name":"e{number}","namespace":"default"}},"involvedObject":{{"kind":"Pod","name":"p{}","namespace":"default"}},"reason":"FailedScheduling","type":"Warning","message":"0/1 nodes are available: 1 Insufficient cpu. run {number}","firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z","count":1}}"#, number % 5000).unwrap();
                }
            }),
        ),
    ]
}
