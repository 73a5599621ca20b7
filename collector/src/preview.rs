//! `--preview`: what would be collected, in counts and sizes, before anything is. Asks for one object of each kind, and writes nothing.
use crate::{
    connect,
    discovery::{Resource, discover},
    exit::Exit,
    gateway::{Ask, Asked, Failure, Gateway, Kind, Manners, RequestLog},
    list::list,
    options::Collect,
    pods::Facts,
    sources::{SOURCES, Switch, metrics, secrets},
    stop::Stop,
    summary::bytes,
    trouble::Trouble,
};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt::Write as _, sync::Arc};

/// The largest answer with one object in it.
const LARGEST: usize = 16 << 20;

/// A preview leaves no request log.
struct NoLog;

impl RequestLog for NoLog {
    fn asked(&self, _: Asked) {}
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    items: Vec<Value>,
    metadata: PageMetadata,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PageMetadata {
    r#continue: String,
    remaining_item_count: Option<u64>,
}

/// How many objects of a kind there are, and how large they may be together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Estimate {
    items: u64,
    bytes: u64,
    /// The server did not say how many more there are.
    at_least: bool,
}

/// Asks, and gives the table for people.
pub(crate) async fn preview(options: &Collect, stop: Arc<Stop>) -> Result<String, Trouble> {
    let connection = connect::connect(options, &stop).await?;
    let manners = Manners { qps: options.qps, patience: options.request_timeout };
    let gateway = Gateway::new(connection.client.clone(), &manners, stop, Box::new(NoLog));
    if let Err(failure) = gateway.get_all(&Ask::json(Kind::Health, "/version"), LARGEST).await
        && failure.status() != Some(403)
    {
        return Err(connect::explain(&connection, &failure));
    }
    let found = discover(&gateway).await;
    let mut text = format!("What tarbox-collect would read from {} ({}); nothing is written now.\n\n", connection.name, connection.server);
    let (mut total, mut denied, mut facts) = (Estimate::default(), Vec::new(), Facts::default());
    line(&mut text, "objects", "items", "about");
    for resource in found.resources.iter().filter(|resource| !metrics::is_metrics(resource)) {
        if secrets::is_secrets(resource) && options.no_secrets {
            continue;
        }
        match kind(&gateway, resource, &options.namespaces).await {
            Ok(estimate) => {
                let more = if estimate.at_least { "+" } else { "" };
                let (mut name, mut size) = (resource.id(), bytes(estimate.bytes));
                if secrets::is_secrets(resource) {
                    (name, size) = ("secrets: names and sizes, never values".to_owned(), bytes(estimate.items * 500));
                }
                if estimate.items > 0 {
                    line(&mut text, &name, &format!("{}{more}", estimate.items), &size);
                }
                (total.items, total.bytes) = (total.items + estimate.items, total.bytes + estimate.bytes);
            }
            Err(failure @ Failure::Stopped(_)) => return Err(Trouble::new(Exit::Interrupted, "interrupted", failure.to_string(), "")),
            Err(failure) => denied.push(format!("{}: {failure}", resource.id())),
        }
        if resource.group.is_empty() && resource.name == "pods" {
            for path in paths(resource, &options.namespaces) {
                list(&gateway, &path, &mut |pod| facts.note_pod(&pod)).await;
            }
        }
    }
    line(&mut text, "in all, before compression", &total.items.to_string(), &bytes(total.bytes));
    let logs = crate::sources::logs::count(&facts);
    let _ = writeln!(
        text,
        "\nlogs: {logs} of {} pods, at most {} of each, and none once the bundle has {}",
        facts.pods().len(),
        bytes(options.log_bytes),
        bytes(options.max_size)
    );
    text.push_str("\nsources besides objects and logs:\n");
    for source in SOURCES.iter().filter(|source| !matches!(source.id, "objects" | "logs" | "events" | "secrets")) {
        let state = match source.switch {
            Switch::Always => "asked".to_owned(),
            Switch::Off(flag) => format!("{} ({flag})", if options.has(flag) { "not asked" } else { "asked" }),
            Switch::On(flag) => format!("{} ({flag})", if options.has(flag) { "asked" } else { "not asked" }),
        };
        let _ = writeln!(text, "  {:<14}{state}", source.id);
    }
    for (group, failure) in &found.gaps {
        denied.push(format!("{}: {failure}", group.trim_start_matches('/')));
    }
    if !denied.is_empty() {
        text.push_str("\nwould be missing (of what is denied cluster-wide, single namespaces may be open):\n");
        denied.iter().for_each(|denied| text.push_str(&format!("  {}\n", crate::console::printable(denied))));
    }
    text.push_str("\nEverything passes redaction before it is written: secrets always, addresses and names of people and hosts with --privacy strict.\n");
    Ok(text)
}

fn line(text: &mut String, name: &str, items: &str, size: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(text, "  {name:<64} {items:>9} {size:>10}");
}

fn paths(resource: &Resource, namespaces: &[String]) -> Vec<String> {
    if !resource.namespaced || namespaces.is_empty() {
        return vec![resource.path(None)];
    }
    namespaces.iter().map(|namespace| resource.path(Some(namespace))).collect()
}

/// Asks for one object: the server says how many more there are.
async fn kind(gateway: &Gateway, resource: &Resource, namespaces: &[String]) -> Result<Estimate, Failure> {
    let mut sum = Estimate::default();
    for path in paths(resource, namespaces) {
        let body = gateway.get_all(&Ask::json(Kind::List, format!("{path}?limit=1")), LARGEST).await?;
        let estimate = estimate(&body).ok_or_else(|| Failure::Broken("the answer is not a list".to_owned()))?;
        sum =
            Estimate { items: sum.items + estimate.items, bytes: sum.bytes + estimate.bytes, at_least: sum.at_least || estimate.at_least };
    }
    Ok(sum)
}

fn estimate(body: &[u8]) -> Option<Estimate> {
    let page: Page = serde_json::from_slice(body).ok()?;
    let here = page.items.len() as u64;
    let size: u64 = page.items.iter().map(|item| item.to_string().len() as u64).sum();
    let items = here + page.metadata.remaining_item_count.unwrap_or(0);
    let at_least = page.metadata.remaining_item_count.is_none() && !page.metadata.r#continue.is_empty();
    Some(Estimate { items, bytes: size.checked_div(here).unwrap_or(0) * items, at_least })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_and_the_servers_count_make_an_estimate() {
        let told = estimate(br#"{"metadata":{"continue":"x","remainingItemCount":99},"items":[{"a":"bcdefg"}]}"#).unwrap();
        assert_eq!(told, Estimate { items: 100, bytes: 1_400, at_least: false });
        assert_eq!(estimate(br#"{"metadata":{},"items":[]}"#), Some(Estimate::default()));
        assert!(estimate(br#"{"metadata":{"continue":"x"},"items":[{}]}"#).unwrap().at_least);
        assert_eq!(estimate(b"<html>"), None);
    }
}
