//! Which pods a Service means whose selector matches none: the nearest labels, and how they differ.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::evidence::pointer_key;
use tarbox_model::object::{PodSpec, PortName, Service};
use tarbox_model::relations::workloads;
use tarbox_model::selector::Labels;
use tarbox_model::{Context, Evidence, ObjectRef, similarity};

/// Labels that pods of one workload bear.
#[derive(Debug, Clone)]
pub(super) struct Bearer<'a> {
    /// The workload, or a pod that stands alone.
    pub(super) reference: ObjectRef,
    /// The labels.
    pub(super) labels: &'a Labels,
    /// The pod spec.
    pub(super) spec: &'a PodSpec,
    origin: &'a tarbox_model::evidence::Origin,
    base: &'static str,
    /// Whether a Service selects them already.
    pub(super) served: bool,
}

/// How one pair of a selector fails to match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Difference {
    /// The label has another, similar value there.
    Value { key: String, wanted: String, found: String },
    /// The value stands under another label there.
    Key { wanted: String, found: String, value: String },
    /// They have no such label.
    Absent { key: String, value: String },
}

/// Pods that a selector nearly matches.
#[derive(Debug, Clone)]
pub(super) struct Near<'a, 'b> {
    /// Who bears the labels.
    pub(super) bearer: &'b Bearer<'a>,
    /// Every pair that does not match.
    pub(super) differences: Vec<Difference>,
    /// The higher, the surer.
    pub(super) score: u32,
}

/// Labels by namespace: of every workload, and of pods that no known workload made.
pub(super) fn bearers<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Vec<Bearer<'a>>> {
    let mut all: BTreeMap<&str, Vec<Bearer<'a>>> = BTreeMap::new();
    let served = |owner: &ObjectRef| context.relations.services_of(context.snapshot, owner).next().is_some();
    let mut known = BTreeSet::new();
    for w in workloads(context.snapshot) {
        let labels = &w.template.metadata.labels;
        if !labels.is_empty() && known.insert(w.reference.clone()) {
            let served = served(&w.reference);
            let bearer =
                Bearer { served, labels, spec: &w.template.spec, origin: w.origin, base: "/spec/template", reference: w.reference };
            all.entry(&w.metadata.namespace).or_default().push(bearer);
        }
    }
    for (pod, workload) in context.relations.pods_with_workloads(context.snapshot) {
        let reference = workload.cloned().unwrap_or_else(|| pod.reference());
        if pod.is_active() && !pod.metadata.labels.is_empty() && known.insert(reference.clone()) {
            let served = served(&reference);
            let bearer = Bearer { served, labels: &pod.metadata.labels, spec: &pod.spec, origin: &pod.origin, base: "", reference };
            all.entry(&pod.metadata.namespace).or_default().push(bearer);
        }
    }
    all
}

/// Labels that say little about what a pod is.
const GENERAL: [&str; 9] = ["managed-by", "part-of", "instance", "release", "heritage", "chart", "tier", "env", "environment"];

fn is_general(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    GENERAL.contains(&name)
}

/// Labels that controllers put on, of no use to a Service.
fn is_generated(key: &str) -> bool {
    key.ends_with("-hash") || key.starts_with("statefulset.kubernetes.io/") || key.starts_with("apps.kubernetes.io/pod-index")
}

/// The pods that a Service most probably means.
pub(super) fn nearest<'a, 'b>(service: &Service, bearers: &'b [Bearer<'a>]) -> Option<Near<'a, 'b>> {
    let mut best: Option<Near<'a, 'b>> = None;
    for bearer in bearers {
        let near = compare(service, bearer);
        if near.score >= 2 && best.as_ref().is_none_or(|b| near.score > b.score) {
            best = Some(near);
        }
    }
    best
}

fn compare<'a, 'b>(service: &Service, bearer: &'b Bearer<'a>) -> Near<'a, 'b> {
    let (mut score, mut differences) = (0, Vec::new());
    for (key, wanted) in &service.spec.selector {
        let general = is_general(key);
        match bearer.labels.get(key) {
            Some(found) if found == wanted => score += if general { 0 } else { 3 },
            Some(found) => {
                score += if !general && similarity::nearest(wanted, [found.as_str()]).is_some() { 2 } else { 0 };
                differences.push(Difference::Value { key: key.clone(), wanted: wanted.clone(), found: found.clone() });
            }
            None => match bearer.labels.iter().find(|(k, v)| *v == wanted && !is_generated(k) && !service.spec.selector.contains_key(k)) {
                Some((found, value)) => {
                    score += if general { 0 } else { 2 };
                    differences.push(Difference::Key { wanted: key.clone(), found: found.clone(), value: value.clone() });
                }
                None => differences.push(Difference::Absent { key: key.clone(), value: wanted.clone() }),
            },
        }
    }
    let (name, owner) = (service.metadata.name.as_str(), bearer.reference.name.as_str());
    let named = if name == owner { 2 } else { u32::from(similarity::nearest(name, [owner]).is_some()) };
    // A port in common says nothing by itself: everything listens on 8080.
    let port = u32::from(score + named > 0 && takes_port(service, bearer.spec));
    score = (score + named + port).saturating_sub(u32::from(bearer.served));
    Near { bearer, differences, score }
}

/// Whether a pod declares a port that the Service leads to.
fn takes_port(service: &Service, spec: &PodSpec) -> bool {
    let mut ports = spec.containers.iter().flat_map(|c| &c.ports);
    ports.any(|declared| {
        service.spec.ports.iter().any(|p| match Service::target(p) {
            PortName::Number(number) => number == declared.container_port,
            PortName::Name(name) => name == declared.name,
        })
    })
}

impl Near<'_, '_> {
    /// Where the labels stand that come nearest.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let found = self.differences.iter().filter_map(|d| match d {
            Difference::Value { key, found, .. } => Some((key, found)),
            Difference::Key { found, value, .. } => Some((found, value)),
            Difference::Absent { .. } => None,
        });
        let mut all: Vec<_> = found.map(|(k, v)| self.bearer.label(k, v)).collect();
        if all.is_empty() {
            all.extend(self.bearer.labels.iter().find(|(k, _)| !is_generated(k)).map(|(k, v)| self.bearer.label(k, v)));
        }
        all
    }
}

impl Bearer<'_> {
    fn label(&self, key: &str, value: &str) -> Evidence {
        self.origin.at(format!("{}/metadata/labels/{}", self.base, pointer_key(key)), value)
    }
}

impl Difference {
    /// In words, after "… the pods of X:".
    pub(super) fn words(&self) -> String {
        match self {
            Self::Value { key, wanted, found } => format!("their `{key}` is `{found}`, not `{wanted}`"),
            Self::Key { wanted, found, value } => format!("`{value}` stands under the label `{found}`, not `{wanted}`"),
            Self::Absent { key, value } => format!("they have no label `{key}` (`{value}` is asked for)"),
        }
    }

    /// The change of the selector that makes it match, as JSON pairs of a merge patch.
    pub(super) fn patch(&self) -> String {
        match self {
            Self::Value { key, found, .. } => format!("\"{key}\":\"{found}\""),
            Self::Key { wanted, found, value } => format!("\"{wanted}\":null,\"{found}\":\"{value}\""),
            Self::Absent { key, .. } => format!("\"{key}\":null"),
        }
    }
}
