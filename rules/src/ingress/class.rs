//! Which class an Ingress asks for, and how.

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

/// The class that an Ingress asks for; the default class when it asks for none; `None` when there is none either.
pub(super) fn asked<'a>(snapshot: &'a Snapshot, ingress: &'a Object<Ingress>) -> Option<Asked<'a>> {
    let find = |name: &str| Snapshot::find(&snapshot.ingress_classes, "", name);
    let name = ingress.spec.ingress_class_name.as_str();
    if !name.is_empty() {
        return Some(Asked { name, evidence: ingress.evidence("/spec/ingressClassName", name), by_annotation: false, object: find(name) });
    }
    if let Some(name) = ingress.metadata.annotations.get(ANNOTATION) {
        let evidence = ingress.evidence("/metadata/annotations/kubernetes.io~1ingress.class", name.as_str());
        return Some(Asked { name, evidence, by_annotation: true, object: find(name) });
    }
    let class = snapshot.ingress_classes.iter().find(|c| is_default(c))?;
    Some(Asked { name: &class.metadata.name, evidence: class.named(), by_annotation: false, object: Some(class) })
}

/// Whether Ingresses without a class are of this one.
pub(super) fn is_default(class: &IngressClass) -> bool {
    class.metadata.annotations.get("ingressclass.kubernetes.io/is-default-class").is_some_and(|v| v == "true")
}

/// Whether an Ingress has an address.
pub(super) fn has_address(ingress: &Ingress) -> bool {
    ingress.status.load_balancer.ingress.iter().any(|a| !a.ip.is_empty() || !a.hostname.is_empty())
}
