//! The leak bench on a real cluster: writes objects that hold secrets of every kind at every place in every encoding, and looks
//! for them afterwards in what was collected and reported.
//!
//! `canaries plant FOLDER [SEED]` writes what kubectl takes (`objects.json`, `statuses.json`, `events.json`), a log for a container
//! to print (`log`), and the secrets (`planted.ndjson`). `canaries there FOLDER PATH…` counts those that stand in files as they were
//! written: what the cluster really holds. `canaries find FOLDER PATH…` reads every file below the paths as anybody could, decoded
//! again and again, prints by place and encoding what was planted and what is found, and ends with how many in all.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench that cannot set itself up has failed; the table is its output")]

#[path = "../tests/leak/encoding.rs"]
#[allow(dead_code, reason = "the leak test uses all of it")]
mod encoding;
#[path = "../tests/leak/form.rs"]
mod form;
#[path = "../tests/leak/kind.rs"]
#[allow(dead_code, reason = "the leak test uses all of it")]
mod kind;
#[path = "../tests/leak/random.rs"]
#[allow(dead_code, reason = "the leak test uses all of it")]
mod random;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use encoding::{ENCODINGS, base64, gzip, readings};
use form::leaks;
use kind::{KINDS, KNOWN, Kind};
use random::Random;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NAMESPACE: &str = "canaries";
/// Bytes by which a secret is suspected; none is shorter.
const SCENT: usize = 6;
/// Lines of a text that are read together, since a secret may be folded over some of them.
const TOGETHER: usize = 12;

const PLACES: [&str; 12] = [
    "environment",
    "arguments",
    "annotation",
    "label",
    "ConfigMap",
    "ConfigMap, binary",
    "custom spec",
    "custom status",
    "condition",
    "event",
    "log",
    "name",
];

/// One canary.
#[derive(Serialize, Deserialize)]
struct Planted {
    kind: String,
    place: String,
    encoding: String,
    /// As it was given to the cluster.
    written: String,
    secrets: Vec<String>,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["plant", folder] => plant(Path::new(folder), 1),
        ["plant", folder, seed] => plant(Path::new(folder), seed.parse().unwrap()),
        ["there", folder, paths @ ..] if !paths.is_empty() => there(Path::new(folder), paths),
        ["find", folder, paths @ ..] if !paths.is_empty() => find(Path::new(folder), paths),
        _ => {
            println!("canaries plant FOLDER [SEED]; canaries there FOLDER PATH…; canaries find FOLDER PATH…");
            ExitCode::from(2)
        }
    }
}

/// What is applied, and what is planted in it.
#[derive(Default)]
struct Garden {
    objects: Vec<Value>,
    statuses: Vec<Value>,
    events: Vec<Value>,
    log: String,
    planted: Vec<Planted>,
}

fn plant(folder: &Path, seed: u64) -> ExitCode {
    let mut garden = Garden::default();
    let kinds = KINDS.iter().filter(|kind| !kind.personal).map(|kind| (kind, false)).chain(KNOWN.iter().map(|kind| (kind, true)));
    for (number, (kind, known)) in kinds.enumerate() {
        garden.sow(kind, known, seed ^ (number as u64) << 40);
    }
    let list = |items: &[Value]| json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("objects.json"), list(&garden.objects)).unwrap();
    std::fs::write(folder.join("statuses.json"), list(&garden.statuses)).unwrap();
    std::fs::write(folder.join("events.json"), list(&garden.events)).unwrap();
    std::fs::write(folder.join("log"), &garden.log).unwrap();
    let lines: Vec<String> = garden.planted.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    std::fs::write(folder.join("planted.ndjson"), lines.join("\n")).unwrap();
    println!("{} canaries", garden.planted.len());
    ExitCode::SUCCESS
}

impl Garden {
    /// One kind, at every place where a cluster takes it.
    fn sow(&mut self, kind: &Kind, known: bool, seed: u64) {
        let meta = |name: &str| json!({"name": name, "namespace": NAMESPACE});
        let mut deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta(kind.id), "spec": {"replicas": 0,
            "selector": {"matchLabels": {"app": kind.id}}, "template": {"metadata": {"labels": {"app": kind.id}, "annotations": {}},
            "spec": {"containers": [{"name": "web", "image": "localhost/busybox:1", "env": [], "args": ["serve"]}]}}}});
        let mut config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(kind.id), "data": {}, "binaryData": {}});
        let mut widget = json!({"apiVersion": "example.org/v1", "kind": "Widget", "metadata": meta(kind.id), "spec": {"nested": []}});
        let mut status = json!({"conditions": [], "lastInputs": []});
        let mut values = serde_json::Map::new();
        for (place_number, place) in PLACES.iter().enumerate() {
            for encoding in ENCODINGS {
                let mut random = Random::new(seed ^ (place_number as u64) << 24 ^ (encoding as u64) << 8);
                let canary = (kind.make)(&mut random);
                let text = encoding.write(&canary.text, &mut random);
                let mut written = text.clone();
                let name = format!("{encoding:?}").to_lowercase();
                let template = &mut deployment["spec"]["template"];
                let container = |template: &mut Value, field: &str, value: Value| {
                    template["spec"]["containers"][0][field].as_array_mut().unwrap().push(value);
                };
                match *place {
                    "environment" => {
                        let variable = random.pick(&["STARTUP_NOTE", "EXTRA_OPTS", "SETTINGS", "FOO"]);
                        container(template, "env", json!({"name": format!("{variable}_{}", encoding as u8), "value": text}));
                    }
                    "arguments" => container(template, "args", json!(text)),
                    "annotation" => template["metadata"]["annotations"][format!("example.org/{name}")] = json!(text),
                    "label" if is_name(&text, 63) => template["metadata"]["labels"][format!("example.org/{name}")] = json!(text),
                    "ConfigMap" => config["data"][format!("{name}.conf")] = json!(format!("# settings\nlisten: :8080\n{text}\nlast: line\n")),
                    "ConfigMap, binary" => {
                        let bytes = if random.chance(2) { gzip(text.as_bytes()) } else { text.as_bytes().to_vec() };
                        written = base64(&bytes, false, true);
                        config["binaryData"][name.as_str()] = json!(written);
                    }
                    "custom spec" => widget["spec"]["nested"].as_array_mut().unwrap().push(json!({"options": {"text": text}})),
                    "custom status" => status["lastInputs"].as_array_mut().unwrap().push(json!(text)),
                    "condition" => {
                        let message = format!("reconcile failed: {text} was refused");
                        let condition = json!({"type": format!("Ready{name}"), "status": "False", "reason": "Failed", "message": message});
                        status["conditions"].as_array_mut().unwrap().push(condition);
                    }
                    "event" if text.len() < 950 => self.events.push(json!({"apiVersion": "v1", "kind": "Event", "metadata": meta(&format!("{}.{name}", kind.id)),
                        "type": "Warning", "reason": "Failed", "involvedObject": {"kind": "Deployment", "namespace": NAMESPACE, "name": kind.id},
                        "message": format!("Error: command failed: {text} (exit code 1)")})),
                    "log" => self.log.push_str(&format!("INFO starting\nERROR cannot connect with {text}\nINFO ready\n")),
                    "name" if is_name(&text, 200) && text.to_lowercase() == text && !text.contains('_') => {
                        self.objects.push(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(&text)}));
                    }
                    // A cluster does not take it there.
                    _ => continue,
                }
                if known {
                    // Words are searched for only under a name that says that they are secret.
                    values.insert(format!("password-{place_number}-{name}"), json!(canary.secrets[0]));
                }
                let (kind, place) = (kind.id.to_owned(), (*place).to_owned());
                self.planted.push(Planted { kind, place, encoding: format!("{encoding:?}"), written, secrets: canary.secrets });
            }
        }
        if known {
            self.objects.push(json!({"apiVersion": "v1", "kind": "Secret", "metadata": meta(kind.id), "stringData": values}));
        }
        self.objects.extend([deployment, config, widget.clone()]);
        widget["status"] = status;
        self.statuses.push(widget);
    }
}

/// Whether a text may be the value of a label, or part of a name.
fn is_name(text: &str, longest: usize) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    text.len() <= longest
        && edge(text.as_bytes().first())
        && edge(text.as_bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !text.contains("..")
}

/// Every file below a path, in order.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut inside: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    inside.sort();
    inside.iter().flat_map(|path| files(path)).collect()
}

/// What a file holds, in pieces: the keys and texts of its documents, or its lines, some of them together.
fn pieces(path: &Path) -> Vec<Vec<u8>> {
    let bytes = std::fs::read(path).unwrap();
    let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>().collect();
    let mut all = Vec::new();
    match documents {
        Ok(documents) => documents.iter().for_each(|document| texts(document, &mut all)),
        Err(_) => {
            let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
            for start in (0..lines.len()).step_by(TOGETHER / 2) {
                let some: Vec<u8> = lines[start..lines.len().min(start + TOGETHER)].join(&b'\n');
                all.extend(some.chunks(64 * 1024).map(<[u8]>::to_vec));
            }
        }
    }
    all
}

fn texts(value: &Value, all: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => all.push(text.clone().into_bytes()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            all.push(key.clone().into_bytes());
            texts(value, all);
        }),
        _ => {}
    }
}

fn planted(folder: &Path) -> Vec<Planted> {
    let text = std::fs::read_to_string(folder.join("planted.ndjson")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn there(folder: &Path, paths: &[&str]) -> ExitCode {
    let mut all: Vec<u8> = Vec::new();
    for path in paths.iter().flat_map(|path| files(Path::new(path))) {
        pieces(&path).iter().for_each(|piece| all.extend(piece.iter().chain(b"\n")));
    }
    let planted = planted(folder);
    let there = planted.iter().filter(|it| memchr::memmem::find(&all, it.written.as_bytes()).is_some()).count();
    println!("{} planted, {there} there", planted.len());
    ExitCode::SUCCESS
}

/// The secrets, by any [`SCENT`] bytes of them.
struct Hounds<'p> {
    planted: &'p [Planted],
    by_scent: HashMap<[u8; SCENT], BTreeSet<usize>>,
}

impl<'p> Hounds<'p> {
    fn new(planted: &'p [Planted]) -> Self {
        let mut by_scent: HashMap<[u8; SCENT], BTreeSet<usize>> = HashMap::new();
        for (i, canary) in planted.iter().enumerate() {
            for scent in canary.secrets.iter().flat_map(|secret| secret.as_bytes().windows(SCENT)) {
                by_scent.entry(scent.try_into().unwrap()).or_default().insert(i);
            }
        }
        Self { planted, by_scent }
    }

    /// The canaries that can be read out of a text.
    fn sniff(&self, text: &[u8]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for reading in readings(text) {
            let suspects: BTreeSet<usize> =
                reading.windows(SCENT).filter_map(|scent| self.by_scent.get(scent)).flatten().copied().collect();
            found.extend(suspects.into_iter().filter(|i| self.planted[*i].secrets.iter().any(|secret| leaks(secret, &reading))));
        }
        found
    }
}

fn find(folder: &Path, paths: &[&str]) -> ExitCode {
    let planted = planted(folder);
    let hounds = Hounds::new(&planted);
    // A file's name may hold one as well.
    let mut all: BTreeSet<Vec<u8>> = BTreeSet::new();
    for path in paths.iter().flat_map(|path| files(Path::new(path))) {
        all.extend(pieces(&path));
        all.insert(path.to_string_lossy().into_owned().into_bytes());
    }
    let all: Vec<Vec<u8>> = all.into_iter().filter(|text| text.len() >= SCENT).collect();
    let share = |of: usize| all.iter().skip(of).step_by(2).flat_map(|text| hounds.sniff(text)).collect::<BTreeSet<usize>>();
    let found: BTreeSet<usize> = std::thread::scope(|scope| {
        let other = scope.spawn(|| share(1));
        share(0).into_iter().chain(other.join().unwrap()).collect()
    });
    for by in [|it: &Planted| it.place.clone(), |it: &Planted| it.encoding.clone()] {
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (i, canary) in planted.iter().enumerate() {
            let count = counts.entry(by(canary)).or_default();
            count.0 += 1;
            count.1 += usize::from(found.contains(&i));
        }
        counts.iter().for_each(|(name, (planted, found))| println!("{name:20} {planted:6} planted {found:6} found"));
    }
    for it in found.iter().take(8).map(|i| &planted[*i]) {
        println!("found: {} in {}, written as {}: {}", it.kind, it.place, it.encoding, it.written);
    }
    println!("{} planted, {} found", planted.len(), found.len());
    ExitCode::SUCCESS
}
