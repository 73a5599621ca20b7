//! Routes of the Gateway API that name a Gateway or a Service which does not exist.

use tarbox_model::finding::Finding;
use tarbox_model::object::Custom;
use tarbox_model::{Context, ObjectRef, Snapshot, similarity};

use super::gateway_api::{GROUP, absent_backend, absent_parent};
use crate::wording::did_you_mean;

/// A route whose status says nothing bad although what it names does not exist.
pub(super) fn unsaid(context: &Context<'_>, route: &Custom) -> Option<Finding> {
    let (kind, name) = (&*route.kind, route.metadata.name.as_str());
    let base = |title: String, pointer: &str, quote: &str| {
        Finding::new(route.reference(), title, route.origin.at(pointer, quote))
            .confidence(0.9)
            .seen(route.metadata.written_at(), context.snapshot.taken_at)
    };
    if let Some((pointer, gateway)) = absent_parent(context, route) {
        let others = context.snapshot.custom_of(GROUP, "Gateway").map(|g| g.metadata.name.as_str());
        let nearest = similarity::nearest(&gateway.name, others);
        let summary = format!(
            "Gateway `{}/{}` does not exist{} No controller takes the route up.",
            gateway.namespace,
            gateway.name,
            if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() }
        );
        let finding = base(format!("{kind} `{name}` belongs to Gateway `{}`, which does not exist", gateway.name), &pointer, &gateway.name)
            .summary(summary);
        return Some(finding.remedy("Name a Gateway that is there.", format!("kubectl get gateways.{GROUP} -A")));
    }
    let (pointer, service) = absent_backend(context, route)?;
    let finding = base(format!("{kind} `{name}` routes to Service `{}`, which does not exist", service.name), &pointer, &service.name);
    Some(backend(context, finding, route, &pointer, service))
}

/// What a missing Service means.
pub(super) fn backend(context: &Context<'_>, finding: Finding, route: &Custom, pointer: &str, service: ObjectRef) -> Finding {
    let here = Snapshot::in_namespace(&context.snapshot.services, &service.namespace).iter().map(|s| s.metadata.name.as_str());
    let nearest = similarity::nearest(&service.name, here);
    let own = format!(
        "Service `{}/{}` does not exist{}",
        service.namespace,
        service.name,
        if nearest.is_some() { did_you_mean(nearest) } else { ".".to_owned() }
    );
    let summary = format!("{} {own} Requests for it end with 500.", finding.summary).trim_start().to_owned();
    let finding = finding.summary(summary).evidence([route.origin.at(pointer, service.name.as_str())]);
    let finding = match nearest {
        Some(nearest) => finding.remedy(
            format!("Route to `{nearest}`."),
            format!("kubectl patch {}.{GROUP} {} -n {} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{nearest}\"}}]'", route.kind.to_lowercase(), route.metadata.name, route.metadata.namespace),
        ),
        None => finding.remedy("Apply the Service, or route elsewhere.", format!("kubectl get services -n {}", service.namespace)),
    };
    finding.cause(service)
}
