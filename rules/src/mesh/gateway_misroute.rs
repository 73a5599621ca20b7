//! # gateway-misroute
//!
//! Requests from outside find no way through Istio's Gateways and VirtualServices.
//!
//! ## What it detects
//! VirtualServices that name a Gateway which does not exist (the nearest one is offered), or hosts that none of their
//! Gateways takes; Gateways whose selector matches no pod, or that listen on a port that the gateway's Service does not
//! have.
//!
//! ## Why it happens
//! Slips of the pen; a Gateway in another namespace, which must be named `namespace/name`; a gateway that was installed with
//! other labels than the examples have. Clients get 404, or no connection at all.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0101, IST0132 or IST0162; the gateway's access log shows 404 with the flag `NR` (no route).
//!
//! ## How to fix
//! Let the VirtualService name the Gateway, and the Gateway the hosts. The gateway's proxies follow within seconds.
//!
//! ## When it stays silent
//! For VirtualServices of the mesh's inside, and for what is missing as long as Gateways or pods were not collected
//! completely.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule, similarity};

use super::absent_gateway::{Gateways, absent};
use super::parts::{NETWORKING, covers, elements, named, quoted, texts};
use super::requests::{Request, Requests};
use super::unserved_gateway::unserved;
use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "gateway-misroute",
    title: "Requests from outside find no way through the mesh's gateway",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Service Mesh Issues",
    needs: &[Need::AnyOf(&["virtualservices", "gateways", "services"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let gateways = Gateways::of(context.snapshot);
    let requests = Requests::failed(context);
    let routes = context.snapshot.custom_of(NETWORKING, "VirtualService");
    let mut findings: Vec<Finding> = routes.filter_map(|route| of_route(context, route, &gateways, &requests)).collect();
    findings.extend(unserved(context));
    findings
}

/// A VirtualService whose Gateways are missing or do not take its hosts.
fn of_route(context: &Context<'_>, route: &Custom, gateways: &Gateways<'_>, requests: &Requests<'_>) -> Option<Finding> {
    let (name, namespace) = (route.metadata.name.as_str(), route.metadata.namespace.as_str());
    let wanted: Vec<(usize, &str)> = texts(route, "/spec/gateways").into_iter().enumerate().filter(|(_, g)| *g != "mesh").collect();
    let mut found = Vec::new();
    for (index, gateway) in &wanted {
        let (of, called) = gateway.split_once('/').unwrap_or((namespace, gateway));
        match gateways.find(of, called) {
            Some(gateway) => found.push(gateway),
            None if !context.snapshot.coverage.is_complete("gateways") => return None,
            None => return Some(absent(route, *index, gateway, (of, called), gateways)),
        }
    }
    let taken: Vec<&str> = found
        .iter()
        .flat_map(|g| elements(&g.value, "", "/spec/servers"))
        .flat_map(|(_, s)| s.get("hosts")?.as_array())
        .flatten()
        .filter_map(|h| h.as_str())
        .collect();
    let (index, host) = texts(route, "/spec/hosts")
        .into_iter()
        .enumerate()
        .find(|(_, host)| !taken.is_empty() && !taken.iter().any(|t| takes(t, namespace, host)))?;
    // A route that is for the inside as well may name Services that no Gateway takes.
    if texts(route, "/spec/gateways").contains(&"mesh") {
        return None;
    }
    let told = requests.for_host(host).find(|r| r.flag() == "NR" && r.host() == host);
    let gateway = found.first()?;
    let near = similarity::nearest(host, taken.iter().map(|t| t.rsplit('/').next().unwrap_or(t)));
    let answered = told.map(|r| format!(" It has answered {} requests for that host itself (flag `NR`).", r.count())).unwrap_or_default();
    let patch = format!(
        "kubectl patch gateway.networking.istio.io {} -n {} --type=json -p '[{{\"op\":\"add\",\"path\":\"/spec/servers/0/hosts/-\",\"value\":\"{host}\"}}]'",
        gateway.metadata.name, gateway.metadata.namespace
    );
    Some(
        Finding::new(
            route.reference(),
            format!("VirtualService `{name}` is for `{host}`, which its Gateway does not take"),
            quoted(route, &format!("/spec/hosts/{index}")),
        )
        .summary(format!(
            "Gateway `{}/{}` takes {}{}. Requests for `{host}` get 404.{answered}",
            gateway.metadata.namespace,
            gateway.metadata.name,
            listed(taken.iter().copied()),
            did_you_mean(near).trim_end_matches('.')
        ))
        .confidence(if told.is_some() { 0.97 } else { 0.92 })
        .evidence([named(gateway)])
        .evidence(told.map(Request::evidence))
        .seen(route.metadata.written_at(), context.snapshot.taken_at)
        .remedy("Let the Gateway take the host, or correct it in the VirtualService. Its proxies follow within seconds.", patch),
    )
}

/// Whether a host of a Gateway's server (`namespace/host`, `./host`, `host`) takes a host of a VirtualService.
fn takes(server: &str, namespace: &str, host: &str) -> bool {
    let (of, pattern) = server.split_once('/').unwrap_or(("*", server));
    (of == "*" || of == namespace || of == ".") && (covers(pattern, host) || host == "*" || host.starts_with('*') && covers(host, pattern))
}
