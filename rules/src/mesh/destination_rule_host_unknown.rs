//! # destination-rule-host-unknown
//!
//! A DestinationRule is for a host that the mesh does not know, so that nothing of it holds.
//!
//! ## What it detects
//! DestinationRules whose host is no Service and that no ServiceEntry brings in; the nearest Service is offered. Also names of
//! the form `name.namespace`, which Istio does not complete.
//!
//! ## Why it happens
//! A slip of the pen, a Service that was renamed or removed, or a short name in another namespace than its Service's. Nobody
//! complains: TLS, timeouts, outlier detection and subsets of the rule just never apply.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0174.
//!
//! ## How to fix
//! Name the Service in full: `name.namespace.svc.cluster.local`; or remove the rule.
//!
//! ## When it stays silent
//! When Services were not collected completely, for patterns of hosts, and for hosts outside when ServiceEntries were not
//! collected. When requests are sent to a subset that is defined there, *destination-rule-subset-empty* tells of it.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, ObjectRef, Rule};

use super::destinations::{Host, Hosts};
use super::parts::{NETWORKING, full_name, quoted};
use crate::wording::did_you_mean;

/// The rule.
pub static RULE: Rule = Rule {
    id: "destination-rule-host-unknown",
    title: "A DestinationRule is for a host that the mesh does not know",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Service Mesh Issues",
    needs: &[Need::AllObjects("services")],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let hosts = Hosts::new(context.snapshot);
    context.snapshot.custom_of(NETWORKING, "DestinationRule").filter_map(|rule| finding(context, &hosts, rule)).collect()
}

fn finding(context: &Context<'_>, hosts: &Hosts<'_>, rule: &Custom) -> Option<Finding> {
    let (name, namespace) = (rule.metadata.name.as_str(), rule.metadata.namespace.as_str());
    let host = rule.text("/spec/host").filter(|h| !h.is_empty())?;
    let (why, meant): (String, Option<ObjectRef>) = match hosts.find(context, host, namespace) {
        Host::NoService { service, unfinished: true, .. } => {
            ("Istio does not complete a name with a dot in it, and takes it for a host outside the cluster.".to_owned(), Some(service))
        }
        Host::NoService { service, nearest, .. } => {
            let near = nearest.as_ref().map(full_name);
            let near = if near.is_some() { did_you_mean(near.as_deref()) } else { ".".to_owned() };
            (format!("Service `{}/{}` does not exist{near}", service.namespace, service.name), nearest)
        }
        Host::Unregistered => ("It is no Service, and no ServiceEntry brings it into the mesh.".to_owned(), None),
        Host::Service(_) | Host::Entry | Host::Unknown => return None,
    };
    let resource = format!("destinationrule.{NETWORKING}");
    let mut finding = Finding::new(
        rule.reference(),
        format!("DestinationRule `{name}` is for `{host}`, which the mesh does not know"),
        quoted(rule, "/spec/host"),
    )
    .summary(format!("{why} Nothing that the rule says about TLS, timeouts or subsets holds for anybody."))
    .confidence(0.9)
    .seen(rule.metadata.written_at(), context.snapshot.taken_at);
    if let Some(meant) = meant.as_ref().map(full_name) {
        finding = finding.remedy(
            "Name the Service in full. Proxies follow within seconds.",
            format!("kubectl patch {resource} {name} -n {namespace} --type=json -p '[{{\"op\":\"replace\",\"path\":\"/spec/host\",\"value\":\"{meant}\"}}]'"),
        );
    }
    Some(finding.remedy("Or remove the rule, if its Service is gone for good.", format!("kubectl delete {resource} {name} -n {namespace}")))
}
