//! VirtualServices that name a Gateway which does not exist.

use std::collections::BTreeMap;

use tarbox_model::finding::Finding;
use tarbox_model::object::Custom;
use tarbox_model::{Snapshot, similarity};

use super::parts::{NETWORKING, quoted};
use crate::wording::did_you_mean;

/// Gateways by namespace and name, and by name alone.
pub(super) struct Gateways<'a> {
    by_place: BTreeMap<&'a str, BTreeMap<&'a str, &'a Custom>>,
    by_name: BTreeMap<&'a str, &'a Custom>,
}

impl<'a> Gateways<'a> {
    /// All of a bundle.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut gateways = Self { by_place: BTreeMap::new(), by_name: BTreeMap::new() };
        for gateway in snapshot.custom_of(NETWORKING, "Gateway") {
            let (namespace, name) = (gateway.metadata.namespace.as_str(), gateway.metadata.name.as_str());
            gateways.by_place.entry(namespace).or_default().insert(name, gateway);
            gateways.by_name.entry(name).or_insert(gateway);
        }
        gateways
    }

    /// By its place.
    pub(super) fn find(&self, namespace: &str, name: &str) -> Option<&'a Custom> {
        self.by_place.get(namespace)?.get(name).copied()
    }
}

/// The finding: what is probably meant is offered, a Gateway of that name elsewhere or the nearest name of that place.
pub(super) fn absent(route: &Custom, index: usize, wanted: &str, (of, called): (&str, &str), gateways: &Gateways<'_>) -> Finding {
    let (name, namespace) = (route.metadata.name.as_str(), route.metadata.namespace.as_str());
    let elsewhere = gateways.by_name.get(called).map(|g| format!("{}/{called}", g.metadata.namespace));
    let here = gateways.by_place.get(of).into_iter().flat_map(BTreeMap::keys).copied();
    let written = |name: &str| if of == namespace { name.to_owned() } else { format!("{of}/{name}") };
    let nearest = elsewhere.clone().or_else(|| similarity::nearest(called, here).map(written));
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
