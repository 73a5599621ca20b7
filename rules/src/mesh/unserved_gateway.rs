//! Gateways of Istio that no pod serves, or that listen on a port which their Service does not have.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::Context;
use tarbox_model::evidence::pointer_key;
use tarbox_model::finding::Finding;
use tarbox_model::object::{Custom, Object, Pod, PortName, Service};
use tarbox_model::relations::{Labelled, workloads};

use super::parts::{NETWORKING, elements, is_gateway, labels, quoted, services_selecting};
use crate::wording::listed;

/// The labels of the pods that are gateways: the values of each key.
type Serving<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Gateways that no pod serves, or whose port no Service has.
pub(super) fn unserved(context: &Context<'_>) -> Vec<Finding> {
    let snapshot = context.snapshot;
    let gateways: Vec<&Custom> = snapshot.custom_of(NETWORKING, "Gateway").collect();
    if gateways.is_empty() {
        return Vec::new();
    }
    let pods = Labelled::new(snapshot.pods.iter().map(|p| ("", &p.metadata.labels, p)));
    let workloads = workloads(snapshot);
    let made = Labelled::new(workloads.iter().map(|w| ("", &w.template.metadata.labels, ())));
    let mut serving = Serving::new();
    for (key, value) in snapshot.pods.iter().filter(|p| is_gateway(p)).flat_map(|p| &p.metadata.labels) {
        serving.entry(key).or_default().insert(value);
    }
    gateways.into_iter().filter_map(|gateway| of_gateway(context, &pods, &made, &serving, gateway)).collect()
}

fn of_gateway(
    context: &Context<'_>,
    pods: &Labelled<'_, &Object<Pod>>,
    made: &Labelled<'_, ()>,
    serving: &Serving<'_>,
    gateway: &Custom,
) -> Option<Finding> {
    let snapshot = context.snapshot;
    let (name, namespace, wanted) =
        (gateway.metadata.name.as_str(), gateway.metadata.namespace.as_str(), labels(gateway.get("/spec/selector")));
    let (key, value) = wanted.first()?;
    let selected = pods.with("", &wanted).next();
    let made = made.with("", &wanted).next().is_some();
    let finding = |title: String, summary: String, evidence| {
        Finding::new(gateway.reference(), title, evidence)
            .summary(summary)
            .confidence(0.9)
            .seen(gateway.metadata.written_at(), snapshot.taken_at)
    };
    let Some(pod) = selected else {
        if made || !snapshot.coverage.is_complete("pods") || !snapshot.facts.namespaces.is_empty() {
            return None;
        }
        let others = serving.get(key.as_str());
        let told = others.map(|values| format!(" Gateway pods have `{key}` {}.", listed(values.iter().copied()))).unwrap_or_default();
        let absent = finding(
            format!("No pod serves Gateway `{name}`"),
            format!("It selects `{key}={value}`, which no pod bears: nobody listens for it.{told}"),
            quoted(gateway, &format!("/spec/selector/{}", pointer_key(key))),
        );
        return Some(match others.and_then(BTreeSet::first) {
            Some(other) => absent.remedy(
                "Select the labels of the gateway's pods.",
                format!("kubectl patch gateway.networking.istio.io {name} -n {namespace} --type=merge -p '{{\"spec\":{{\"selector\":{{\"{key}\":\"{other}\"}}}}}}'"),
            ),
            None => absent.remedy("Install a gateway whose pods bear the label; see which are there.", format!("kubectl get pods -A -l {key} --show-labels")),
        });
    };
    let services: Vec<_> = services_selecting(context, pod);
    let has = |number: i64| {
        services
            .iter()
            .flat_map(|s| &s.spec.ports)
            .any(|p| i64::from(p.port) == number || Service::target(p) == PortName::Number(i32::try_from(number).unwrap_or(0)))
    };
    let (pointer, number) = elements(&gateway.value, "", "/spec/servers").into_iter().find_map(|(at, s)| {
        let number = s.pointer("/port/number")?.as_i64()?;
        (!services.is_empty() && !has(number)).then(|| (format!("{at}/port/number"), number))
    })?;
    let service = services.first()?.reference();
    Some(
        finding(
            format!("Gateway `{name}` listens on port {number}, which its Service does not have"),
            format!(
                "Service `{}/{}` leads to the gateway's pods, and has no port {number}: nobody from outside gets there.",
                service.namespace, service.name
            ),
            gateway.origin.at(pointer, number.to_string()),
        )
        .remedy(
            "Add the port to the Service, or let the Gateway listen on one that it has.",
            format!("kubectl edit service {} -n {}", service.name, service.namespace),
        ),
    )
}
