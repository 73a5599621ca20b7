//! Samples: the kubelet's `stats/summary`, cadvisor's counters, and metrics.k8s.io.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tarbox_model::Timestamp;
use tarbox_model::evidence::Origin;
use tarbox_model::metrics::{ContainerUsage, NodeUsage, Throttling, VolumeUsage};
use tarbox_model::object::{Object, Pod};
use tarbox_model::quantity;
use tarbox_model::snapshot::Snapshot;

/// CPU period counters of containers, by sample file; both counters of a container stand on lines of their own.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    by_container: BTreeMap<(Arc<str>, Place), Pair>,
}

/// Which container a counter belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// By namespace, pod and container.
    Named(String, String, String),
    /// By its id at the runtime: a kubelet that does not learn its containers' names (a runtime without labels in its
    /// control groups) leaves them out.
    Id(String),
}

impl Place {
    fn of(label: impl Fn(&str) -> String) -> Option<Self> {
        let container = label("container");
        if !container.is_empty() {
            return Some(Self::Named(label("namespace"), label("pod"), container));
        }
        // A container's control group ends in its id; systemd puts `cri-containerd-ID.scope` for it.
        let group = label("id");
        let id = group.rsplit('/').next()?.trim_end_matches(".scope").rsplit('-').next()?;
        (id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self::Id(id.to_owned()))
    }
}

#[derive(Debug, Default)]
struct Pair {
    periods: Option<f64>,
    throttled: Option<(f64, u32, String)>,
}

impl Counters {
    /// Reads lines of a Prometheus text file, keeping the two counters of CPU throttling.
    pub(crate) fn read(path: &Arc<str>, first_line: u32, bytes: &[u8]) -> Self {
        const PERIODS: &str = "container_cpu_cfs_periods_total{";
        const THROTTLED: &str = "container_cpu_cfs_throttled_periods_total{";
        let mut counters = Self::default();
        for (i, raw) in bytes.split(|&b| b == b'\n').enumerate() {
            let Ok(line) = std::str::from_utf8(raw) else { continue };
            let (throttled, rest) = match (line.strip_prefix(PERIODS), line.strip_prefix(THROTTLED)) {
                (Some(rest), _) => (false, rest),
                (_, Some(rest)) => (true, rest),
                _ => continue,
            };
            let Some((labels, value)) = rest.split_once('}') else { continue };
            let Some(value) = value.split_whitespace().next().and_then(|v| v.parse::<f64>().ok()) else { continue };
            let label = |name: &str| {
                labels
                    .split(',')
                    .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"'))
                    .unwrap_or_default()
                    .to_owned()
            };
            let Some(place) = Place::of(label) else { continue };
            let pair = counters.by_container.entry((Arc::clone(path), place)).or_default();
            if throttled {
                pair.throttled = Some((value, first_line.saturating_add(u32::try_from(i).unwrap_or(u32::MAX)), line.to_owned()));
            } else {
                pair.periods = Some(value);
            }
        }
        counters
    }

    /// Adds the counters of another chunk.
    pub(crate) fn join(&mut self, other: Self) {
        for (key, pair) in other.by_container {
            let known = self.by_container.entry(key).or_default();
            known.periods = known.periods.or(pair.periods);
            known.throttled = known.throttled.take().or(pair.throttled);
        }
    }

    /// Namespace, pod and container of every id that a counter has in their place.
    fn names(&self, pods: &[Object<Pod>]) -> BTreeMap<String, (String, String, String)> {
        let id = |place: &Place| if let Place::Id(id) = place { Some(id.clone()) } else { None };
        let asked: BTreeSet<String> = self.by_container.keys().filter_map(|(_, place)| id(place)).collect();
        let mut names = BTreeMap::new();
        for pod in pods.iter().filter(|_| !asked.is_empty()) {
            for status in pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses) {
                let id = status.container_id.rsplit('/').next().unwrap_or_default();
                if asked.contains(id) {
                    names.insert(id.to_owned(), (pod.metadata.namespace.clone(), pod.metadata.name.clone(), status.name.clone()));
                }
            }
        }
        names
    }

    /// Puts complete pairs into the snapshot, whose pods must be there: they say whose an id is.
    pub(crate) fn finish(&mut self, into: &mut Snapshot) {
        let names = self.names(&into.pods);
        for ((path, place), pair) in std::mem::take(&mut self.by_container) {
            let (Some(periods), Some((throttled, line, quote))) = (pair.periods, pair.throttled) else { continue };
            let place = match place {
                Place::Named(namespace, pod, container) => Some((namespace, pod, container)),
                Place::Id(id) => names.get(&id).cloned(),
            };
            let Some((namespace, pod, container)) = place else { continue };
            let sample = sample_number(&path);
            let origin = Origin::new(&path, line, "");
            into.throttling.push(Throttling { origin, namespace, pod, container, sample, periods, throttled, quote });
        }
    }
}

/// Which sample of the run a file is: `cadvisor.prom` is 0, `cadvisor.1.prom` is 1.
fn sample_number(path: &str) -> u32 {
    path.rsplit('.').nth(1).and_then(|part| part.parse().ok()).unwrap_or(0)
}

/// Reads a kubelet's `stats/summary`.
pub(crate) fn read_summary(path: &Arc<str>, json: &[u8], into: &mut Snapshot) -> Result<(), serde_json::Error> {
    let summary: Value = serde_json::from_slice(json)?;
    let origin = || Origin::new(path, 0, "");
    if let Some(node) = summary.get("node") {
        into.node_usage.push(NodeUsage {
            origin: origin(),
            pointer: "/node".to_owned(),
            node: text(node, "/nodeName"),
            time: time(node, "/cpu/time"),
            cpu: number(node, "/cpu/usageNanoCores").map(|n| n / 1e9),
            memory: number(node, "/memory/workingSetBytes"),
            disk_available: number(node, "/fs/availableBytes"),
            disk_capacity: number(node, "/fs/capacityBytes"),
        });
    }
    for (p, pod) in list(&summary, "/pods").iter().enumerate() {
        let (namespace, name) = (text(pod, "/podRef/namespace"), text(pod, "/podRef/name"));
        for (c, container) in list(pod, "/containers").iter().enumerate() {
            let disk = [number(container, "/rootfs/usedBytes"), number(container, "/logs/usedBytes")].into_iter().flatten().sum();
            into.container_usage.push(ContainerUsage {
                origin: origin(),
                pointer: format!("/pods/{p}/containers/{c}"),
                namespace: namespace.clone(),
                pod: name.clone(),
                container: text(container, "/name"),
                time: time(container, "/memory/time").or_else(|| time(container, "/cpu/time")),
                cpu: number(container, "/cpu/usageNanoCores").map(|n| n / 1e9),
                memory: number(container, "/memory/workingSetBytes"),
                disk: Some(disk),
                logs: number(container, "/logs/usedBytes"),
            });
        }
        for (v, volume) in list(pod, "/volume").iter().enumerate() {
            into.volume_usage.push(VolumeUsage {
                origin: origin(),
                pointer: format!("/pods/{p}/volume/{v}"),
                namespace: namespace.clone(),
                pod: name.clone(),
                volume: text(volume, "/name"),
                claim: text(volume, "/pvcRef/name"),
                capacity: number(volume, "/capacityBytes").unwrap_or(0.0),
                used: number(volume, "/usedBytes").unwrap_or(0.0),
                available: number(volume, "/availableBytes").unwrap_or(0.0),
                inodes_free: number(volume, "/inodesFree"),
            });
        }
    }
    Ok(())
}

/// Reads lines of metrics.k8s.io objects: `PodMetrics` and `NodeMetrics`.
pub(crate) fn read_metrics_api(path: &Arc<str>, first_line: u32, bytes: &[u8], into: &mut Snapshot) {
    for (i, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let Ok(object) = serde_json::from_slice::<Value>(line) else { continue };
        let number = first_line.saturating_add(u32::try_from(i).unwrap_or(u32::MAX));
        read_metrics_object(&object, &Origin::new(path, number, ""), into);
    }
}

/// Reads one `PodMetrics` or `NodeMetrics`.
pub(crate) fn read_metrics_object(object: &Value, origin: &Origin, into: &mut Snapshot) {
    let name = text(object, "/metadata/name");
    let usage = |value: &Value, what: &str| value.pointer(what).and_then(Value::as_str).and_then(quantity::parse);
    if object.get("containers").is_some() {
        for (c, container) in list(object, "/containers").iter().enumerate() {
            into.container_usage.push(ContainerUsage {
                origin: origin.clone(),
                pointer: format!("/containers/{c}"),
                namespace: text(object, "/metadata/namespace"),
                pod: name.clone(),
                container: text(container, "/name"),
                time: time(object, "/timestamp"),
                cpu: usage(container, "/usage/cpu"),
                memory: usage(container, "/usage/memory"),
                disk: None,
                logs: None,
            });
        }
    } else if object.get("usage").is_some() {
        into.node_usage.push(NodeUsage {
            origin: origin.clone(),
            pointer: "/usage".to_owned(),
            node: name,
            time: time(object, "/timestamp"),
            cpu: usage(object, "/usage/cpu"),
            memory: usage(object, "/usage/memory"),
            disk_available: None,
            disk_capacity: None,
        });
    }
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, pointer: &str) -> Option<f64> {
    value.pointer(pointer)?.as_f64()
}

fn time(value: &Value, pointer: &str) -> Option<Timestamp> {
    value.pointer(pointer)?.as_str()?.parse().ok()
}
