//! VirtualServices that name a Gateway which does not exist.

use tarbox_model::finding::Finding;
use tarbox_model::object::Custom;
use tarbox_model::similarity;

use super::parts::quoted;
use crate::wording::did_you_mean;

/// The finding: what is probably meant is offered.
pub(super) fn absent(route: &Custom, index: usize, wanted: &str, called: &str, gateways: &[&Custom]) -> Finding {
    let (name, namespace) = (route.metadata.name.as_str(), route.metadata.namespace.as_str());
    let elsewhere = gateways.iter().find(|g| g.metadata.name == called).map(|g| format!("{}/{}", g.metadata.namespace, g.metadata.name));
    let here = gateways
        .iter()
        .map(|g| {
            if g.metadata.namespace == namespace {
                g.metadata.name.clone()
            } else {
                format!("{}/{}", g.metadata.namespace, g.metadata.name)
            }
        })
        .collect::<Vec<_>>();
    let nearest = elsewhere.clone().or_else(|| similarity::nearest(wanted, here.iter().map(String::as_str)).map(str::to_owned));
    let why = match &elsewhere {
        Some(full) => format!("One of that name is `{full}`; without its namespace the name means namespace `{namespace}`."),
        None => format!("It does not exist{}", if nearest.is_some() { did_you_mean(nearest.as_deref()) } else { ".".to_owned() }),
    };
    let pointer = format!("/spec/gateways/{index}");
    let mut finding = Finding::new(
        route.reference(),
        format!("VirtualService `{name}` names Gateway `{wanted}`, which does not exist"),
        quoted(route, &pointer),
    )
    .summary(format!("{why} Nothing from outside comes to this VirtualService."))
    .confidence(0.95)
    .seen(route.metadata.written_at(), None);
    if let Some(nearest) = nearest {
        let patch = format!(
            "kubectl patch virtualservice {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"{pointer}\",\"value\":\"{nearest}\"}}]'"
        );
        finding = finding.remedy(format!("Name `{nearest}`. The gateway's proxies follow within seconds."), patch);
    }
    finding.remedy("Or apply the Gateway.", "kubectl get gateways.networking.istio.io -A")
}
