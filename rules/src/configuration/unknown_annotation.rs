//! Annotations of Ingresses that ingress-nginx does not know.

use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::Finding;
use tarbox_model::object::{Ingress, Object};
use tarbox_model::{Context, Snapshot, similarity};

use super::nginx_annotations::{KNOWN, PREFIX};
use crate::wording::did_you_mean;

/// Whether ingress-nginx serves an Ingress, by its class's controller, or by the name where the class is not known.
pub(super) fn is_nginx(context: &Context<'_>, ingress: &Object<Ingress>) -> bool {
    let annotation = ingress.metadata.annotations.get("kubernetes.io/ingress.class").map(String::as_str);
    let name = Some(ingress.spec.ingress_class_name.as_str()).filter(|n| !n.is_empty()).or(annotation).unwrap_or_default();
    match Snapshot::find(&context.snapshot.ingress_classes, "", name) {
        Some(class) => class.spec.controller.starts_with("k8s.io/ingress-nginx"),
        None => name == "nginx" || name.is_empty(),
    }
}

/// One finding for each, with the nearest that it does know.
pub(super) fn unknown(ingress: &Object<Ingress>) -> Vec<Finding> {
    let (reference, annotations) = (ingress.reference(), &ingress.metadata.annotations);
    let strangers = annotations
        .iter()
        .filter_map(|(key, value)| Some((key, key.strip_prefix(PREFIX)?, value)))
        .filter(|(_, name, _)| !KNOWN.contains(name));
    strangers
        .map(|(key, name, value)| {
            let nearest = similarity::nearest(name, KNOWN.iter().copied()).filter(|n| similarity::distance(name, n, 3).is_some());
            let remedy = if let Some(nearest) = nearest {
                format!("Write `{PREFIX}{nearest}` instead, or remove it.")
            } else {
                "Remove it.".to_owned()
            };
            Finding::new(
                reference.clone(),
                format!("Annotation `{key}` of Ingress `{}` does nothing", reference.name),
                ingress.evidence(format!("/metadata/annotations/{}", pointer_key(key)), value.as_str()),
            )
            .summary(format!(
                "ingress-nginx knows no annotation `{name}`{}{}",
                if nearest.is_some() { did_you_mean(nearest) + "." } else { ".".to_owned() },
                advice(name)
            ))
            .confidence(0.9)
            .remedy(remedy, format!("kubectl annotate ingress {} -n {} {key}-", reference.name, reference.namespace))
        })
        .collect()
}

/// What does what an unknown annotation promises.
fn advice(name: &str) -> &'static str {
    if name.contains("health") {
        " It makes no health checks of its own: readiness probes of the pods decide who gets requests."
    } else {
        ""
    }
}
