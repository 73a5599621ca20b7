//! Which class an Ingress asks for, and how.

use std::collections::BTreeMap;

use tarbox_model::object::{Ingress, IngressClass, Object};
use tarbox_model::{Evidence, Snapshot};

/// The annotation that came before `ingressClassName`; controllers compare it with a word of their own.
const ANNOTATION: &str = "kubernetes.io/ingress.class";

/// The class that an Ingress asks for.
#[derive(Debug, Clone)]
pub(super) struct Asked<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Where it stands.
    pub(super) evidence: Evidence,
    /// Whether only the annotation says it, which needs no object of that name.
    pub(super) by_annotation: bool,
    /// The class, if it is there.
    pub(super) object: Option<&'a Object<IngressClass>>,
}

/// The classes of a bundle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Classes<'a> {
    all: &'a [Object<IngressClass>],
    /// The class of Ingresses that name none.
    pub(super) default: Option<&'a Object<IngressClass>>,
}

impl<'a> Classes<'a> {
    /// All of them.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let all = &snapshot.ingress_classes;
        Self { all, default: all.iter().find(|c| is_default(c)) }
    }

    /// The class that an Ingress asks for; the default class when it asks for none; `None` when there is none either.
    pub(super) fn asked(&self, ingress: &'a Object<Ingress>) -> Option<Asked<'a>> {
        let find = |name: &str| Snapshot::find(self.all, "", name);
        let name = ingress.spec.ingress_class_name.as_str();
        if !name.is_empty() {
            let evidence = ingress.evidence("/spec/ingressClassName", name);
            return Some(Asked { name, evidence, by_annotation: false, object: find(name) });
        }
        if let Some(name) = ingress.metadata.annotations.get(ANNOTATION) {
            let evidence = ingress.evidence("/metadata/annotations/kubernetes.io~1ingress.class", name.as_str());
            return Some(Asked { name, evidence, by_annotation: true, object: find(name) });
        }
        let class = self.default?;
        Some(Asked { name: &class.metadata.name, evidence: class.named(), by_annotation: false, object: Some(class) })
    }
}

/// Ingresses by the class that they ask for, where it is there.
pub(super) type Asking<'a> = BTreeMap<&'a str, Vec<&'a Object<Ingress>>>;

/// All Ingresses of a bundle.
pub(super) fn asking(snapshot: &Snapshot) -> Asking<'_> {
    let classes = Classes::of(snapshot);
    let mut all = Asking::new();
    for ingress in &snapshot.ingresses {
        if let Some(class) = classes.asked(ingress).and_then(|asked| asked.object) {
            all.entry(&class.metadata.name).or_default().push(ingress);
        }
    }
    all
}

/// Whether Ingresses without a class are of this one.
fn is_default(class: &IngressClass) -> bool {
    class.metadata.annotations.get("ingressclass.kubernetes.io/is-default-class").is_some_and(|v| v == "true")
}

/// Whether an Ingress has an address.
pub(super) fn has_address(ingress: &Ingress) -> bool {
    ingress.status.load_balancer.ingress.iter().any(|a| !a.ip.is_empty() || !a.hostname.is_empty())
}
