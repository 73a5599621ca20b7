//! Where a workload's configuration names an address: environment, arguments, ConfigMaps.

use std::collections::BTreeSet;

use tarbox_model::evidence::{Origin, pointer_key};
use tarbox_model::object::{ConfigMap, Container, Object, Pod, PodSpec};
use tarbox_model::relations::{Workload, workload, workloads};
use tarbox_model::{Context, Evidence, ObjectRef};

use super::{Address, addresses, is_host};

/// What has a pod's configuration: a workload by its template, or a pod that no known workload made.
#[derive(Debug, Clone)]
pub(crate) struct Client<'a> {
    /// Workload or pod.
    pub(crate) reference: ObjectRef,
    /// Where it was read.
    pub(crate) origin: &'a Origin,
    /// JSON pointer of the pod spec there.
    pub(crate) base: &'static str,
    /// The pod spec.
    pub(crate) spec: &'a PodSpec,
}

/// One place that names an address.
#[derive(Debug, Clone)]
pub(crate) struct Mention<'a> {
    /// Scheme, when one is given.
    pub(crate) scheme: &'a str,
    /// Name or IP address.
    pub(crate) host: &'a str,
    /// Port.
    pub(crate) port: Option<u16>,
    /// Whether it is an address for sure, by its scheme or by the name of its setting; else it only looks like one.
    pub(crate) sure: bool,
    /// The setting's own name (`REDIS_ADDR`, a key of a ConfigMap), or the argument.
    pub(crate) setting: &'a str,
    /// Where it stands, in words.
    pub(crate) used_by: String,
    /// The ConfigMap that holds it, when it is not the workload itself.
    pub(crate) holder: Option<ObjectRef>,
    /// Whether it stands in a mounted file, where much may be written that nobody uses.
    pub(crate) in_file: bool,
    /// Where it can be checked.
    pub(crate) evidence: Vec<Evidence>,
}

/// Every client: workloads with a template, then pods without a known workload.
pub(crate) fn clients<'a>(context: &Context<'a>) -> Vec<Client<'a>> {
    let mut all: Vec<Client<'a>> = workloads(context.snapshot).into_iter().filter_map(of_workload).collect();
    let known: BTreeSet<ObjectRef> = all.iter().map(|c| c.reference.clone()).collect();
    let mut taken = BTreeSet::new();
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let new = workload.is_none_or(|w| !known.contains(w) && taken.insert(w.clone()));
        if pod.is_active() && new {
            let reference = workload.cloned().unwrap_or_else(|| pod.reference());
            all.push(of_pod(pod, reference));
        }
    }
    all
}

/// The client that an object is: a workload, one of whose pods stands for it where it is not known, or a pod.
pub(crate) fn client<'a>(context: &Context<'a>, wanted: &ObjectRef) -> Option<Client<'a>> {
    let known = workload(context.snapshot, wanted).and_then(of_workload);
    let of_it = || context.relations.pods_of(context.snapshot, wanted).find(|p| p.is_active());
    let alone = || context.snapshot.pod(&wanted.namespace, &wanted.name).filter(|p| wanted.kind == "Pod" && p.is_active());
    known.or_else(|| of_it().or_else(alone).map(|pod| of_pod(pod, wanted.clone())))
}

fn of_workload(w: Workload<'_>) -> Option<Client<'_>> {
    let runs = w.desired > 0 && !w.template.spec.containers.is_empty();
    runs.then_some(Client { reference: w.reference, origin: w.origin, base: "/spec/template/spec", spec: &w.template.spec })
}

fn of_pod(pod: &Object<Pod>, reference: ObjectRef) -> Client<'_> {
    Client { reference, origin: &pod.origin, base: "/spec", spec: &pod.spec }
}

/// Parts of a setting's name by which its value is an address.
const HINTS: [&str; 21] = [
    "addr",
    "host",
    "url",
    "uri",
    "endpoint",
    "server",
    "broker",
    "dsn",
    "service",
    "upstream",
    "backend",
    "target",
    "bootstrap",
    "connection",
    "proxy",
    "gateway",
    "nodes",
    "seed",
    "database",
    "remote",
    "peer",
];

fn hinted(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    HINTS.iter().any(|hint| name.contains(hint))
}

impl<'a> Client<'a> {
    /// Every address that its configuration names. Each place is told once.
    pub(crate) fn mentions(&self, context: &Context<'a>) -> Vec<Mention<'a>> {
        let mut all = Vec::new();
        for (list, containers) in [("initContainers", &self.spec.init_containers), ("containers", &self.spec.containers)] {
            for (c, container) in containers.iter().enumerate() {
                let base = format!("{}/{list}/{c}", self.base);
                self.environment(context, container, &base, &mut all);
                self.arguments(container, &base, &mut all);
            }
        }
        self.files(context, &mut all);
        all
    }

    /// A ConfigMap of its namespace.
    fn config_map(&self, context: &Context<'a>, name: &str) -> Option<&'a Object<ConfigMap>> {
        context.snapshot.config_map(&self.reference.namespace, name)
    }

    fn environment(&self, context: &Context<'a>, container: &'a Container, base: &str, all: &mut Vec<Mention<'a>>) {
        let mut settings: Vec<Setting<'a, '_>> = Vec::new();
        for (e, env) in container.env.iter().enumerate() {
            if let Some(value) = &env.value {
                let place = Place::Variable { origin: self.origin, base, place: e };
                settings.push(Setting { name: &env.name, value, used_by: Used::Variable { container }, place });
            } else if let Some(key) = env.value_from.as_ref().and_then(|s| s.config_map_key_ref.as_ref()) {
                let map = self.config_map(context, &key.name);
                if let Some((map, value)) = map.and_then(|m| Some((m, m.data.get(&key.key)?))) {
                    let place = Place::Held(map, &key.key);
                    settings.push(Setting { name: &env.name, value, used_by: Used::Variable { container }, place });
                }
            }
        }
        for from in &container.env_from {
            let Some(map) = from.config_map_ref.as_ref().and_then(|m| self.config_map(context, &m.name)) else { continue };
            for (key, value) in &map.data {
                settings.push(Setting { name: key, value, used_by: Used::Key { container }, place: Place::Held(map, key) });
            }
        }
        for setting in &settings {
            all.extend(setting.whole());
            all.extend(setting.paired(&settings));
        }
    }

    fn arguments(&self, container: &'a Container, base: &str, all: &mut Vec<Mention<'a>>) {
        for (field, words) in [("command", &container.command), ("args", &container.args)] {
            for (i, word) in words.iter().enumerate() {
                let name = word
                    .split_once('=')
                    .map_or_else(|| if i > 0 { words.get(i - 1).map_or("", String::as_str) } else { "" }, |(name, _)| name);
                let place = Place::Argument { origin: self.origin, base, field, place: i };
                all.extend(Setting { name, value: word, used_by: Used::Argument { container }, place }.addresses());
            }
        }
    }

    /// ConfigMaps that are mounted as files.
    fn files(&self, context: &Context<'a>, all: &mut Vec<Mention<'a>>) {
        let plain = self.spec.volumes.iter().filter_map(|v| v.config_map.as_ref().map(|m| (&v.name, &m.name)));
        let projected = self.spec.volumes.iter().flat_map(|v| {
            let sources = v.projected.iter().flat_map(|p| &p.sources);
            sources.filter_map(move |s| s.config_map.as_ref().map(|m| (&v.name, &m.name)))
        });
        for (volume, name) in plain.chain(projected) {
            let Some(map) = self.config_map(context, name) else { continue };
            for (key, text) in map.data.iter().filter(|(key, text)| !is_certificate(key, text)) {
                for line in text.lines().filter(|line| !is_comment(line)) {
                    let name = line.split_once([':', '=']).map_or("", |(name, _)| name.trim());
                    let setting = Setting { name, value: line, used_by: Used::File { volume }, place: Place::Held(map, key) };
                    all.extend(setting.addresses());
                }
            }
        }
    }
}

/// A named value. Few hold an address: words about one are made when it does.
struct Setting<'a, 'b> {
    name: &'a str,
    value: &'a str,
    used_by: Used<'a>,
    place: Place<'a, 'b>,
}

/// What a value is to the pod.
enum Used<'a> {
    Variable { container: &'a Container },
    Key { container: &'a Container },
    Argument { container: &'a Container },
    File { volume: &'a str },
}

/// Where a value stands; `base` is the JSON pointer of its container.
enum Place<'a, 'b> {
    Variable { origin: &'a Origin, base: &'b str, place: usize },
    Argument { origin: &'a Origin, base: &'b str, field: &'static str, place: usize },
    Held(&'a Object<ConfigMap>, &'a str),
}

impl<'a> Place<'a, '_> {
    fn evidence(&self, quote: &str) -> Evidence {
        match self {
            Self::Variable { origin, base, place } => origin.at(format!("{base}/env/{place}/value"), quote),
            Self::Argument { origin, base, field, place } => origin.at(format!("{base}/{field}/{place}"), quote),
            Self::Held(map, key) => {
                let list = if map.data.contains_key(*key) { "data" } else { "binaryData" };
                map.evidence(format!("/{list}/{}", pointer_key(key)), quote)
            }
        }
    }

    /// The ConfigMap that holds it, and under which key.
    fn holder(&self) -> Option<(&'a Object<ConfigMap>, &'a str)> {
        match self {
            Self::Variable { .. } | Self::Argument { .. } => None,
            Self::Held(map, key) => Some((map, key)),
        }
    }
}

impl<'a> Setting<'a, '_> {
    /// Addresses in the value.
    fn addresses(&self) -> impl Iterator<Item = Mention<'a>> {
        addresses(self.value).into_iter().filter(|a| !is_own(a.host)).map(|a| self.mention(a))
    }

    /// Addresses in the value; when there are none, the value itself as a host, if the name says that it is one.
    fn whole(&self) -> Vec<Mention<'a>> {
        let found: Vec<_> = self.addresses().collect();
        let lone = found.is_empty() && is_host_name(self.name) && is_host(self.value) && !is_own(self.value);
        if lone { vec![self.mention(Address { scheme: "", host: self.value, port: None, text: self.value })] } else { found }
    }

    /// The port of a host that is given apart: `REDIS_HOST` with `REDIS_PORT`.
    fn paired(&self, others: &[Self]) -> Option<Mention<'a>> {
        let upper = self.name.to_ascii_uppercase();
        let stem = HOST_ENDINGS.iter().find_map(|ending| upper.strip_suffix(ending))?;
        let other = others.iter().find(|o| o.name.to_ascii_uppercase().strip_suffix("PORT") == Some(stem))?;
        let port = other.value.parse::<u16>().ok()?;
        if !is_host(self.value) || is_own(self.value) || self.value.parse::<u16>().is_ok() {
            return None;
        }
        let mut mention = self.mention(Address { scheme: "", host: self.value, port: Some(port), text: self.value });
        mention.evidence.push(other.place.evidence(other.value));
        Some(mention)
    }

    /// Where it stands, in words.
    fn words(&self) -> String {
        let (map, key) = self.place.holder().map_or(("", ""), |(map, key)| (map.metadata.name.as_str(), key));
        match self.used_by {
            Used::Variable { container } => {
                let variable = format!("environment variable `{}` of container `{}`", self.name, container.name);
                if map.is_empty() { variable } else { format!("{variable} (key `{key}` of ConfigMap `{map}`)") }
            }
            Used::Key { container } => format!("key `{key}` of ConfigMap `{map}` in the environment of container `{}`", container.name),
            Used::Argument { container } => format!("argument `{}` of container `{}`", shown(self.value), container.name),
            Used::File { volume } => format!("file `{key}` of ConfigMap `{map}` (volume `{volume}`)"),
        }
    }

    fn mention(&self, address: Address<'a>) -> Mention<'a> {
        Mention {
            scheme: address.scheme,
            host: address.host,
            port: address.port,
            sure: !address.scheme.is_empty() || hinted(self.name),
            setting: self.name,
            used_by: self.words(),
            holder: self.place.holder().map(|(map, _)| map.reference()),
            in_file: matches!(self.used_by, Used::File { .. }),
            evidence: vec![self.place.evidence(address.text)],
        }
    }
}

/// Ends of names whose value is a host; what stands before is common with the name of its port.
const HOST_ENDINGS: [&str; 5] = ["HOSTNAME", "HOST", "ADDRESS", "ADDR", "SERVER"];

fn is_host_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    HOST_ENDINGS.iter().any(|ending| upper.ends_with(ending))
}

/// Whether a host is the pod itself, or every address.
fn is_own(host: &str) -> bool {
    matches!(host, "localhost" | "0.0.0.0" | "::" | "::1") || host.starts_with("127.")
}

/// Whether a value of a ConfigMap holds certificates rather than settings.
fn is_certificate(key: &str, text: &str) -> bool {
    key.ends_with(".crt") || key.ends_with(".pem") || text.starts_with("-----BEGIN")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('#') || line.starts_with("//") || line.starts_with(';')
}

/// An argument, short enough for prose.
fn shown(word: &str) -> String {
    let line = word.lines().next().unwrap_or_default();
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}
