//! # virtual-service-rule-unreachable
//!
//! A rule of a VirtualService is never used, because an earlier one takes all of its requests.
//!
//! ## What it detects
//! Rules after one that has no match (or matches every path), rules whose matches all stand in earlier rules already, and
//! single matches of that kind; paths whose beginning an earlier rule takes, whatever else a request has.
//!
//! ## Why it happens
//! Rules are tried from the top, and the first that matches is taken. A rule for a canary or for a path that is added at the
//! end, after the one for everything else, is never reached: nobody complains, its requests just go elsewhere.
//!
//! ## How to confirm
//! `istioctl analyze` says IST0130 (a rule) or IST0131 (a match).
//!
//! ## How to fix
//! Move the rule before the one that takes its requests. Proxies follow within seconds.
//!
//! ## When it stays silent
//! As long as a match asks for anything that the earlier one does not: a header, a method, a port, a gateway.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::Custom;
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use super::parts::{NETWORKING, named};
use super::unreached::{earlier, first_text, unreached};
use crate::wording::{capitalised, counted};

/// The rule.
pub static RULE: Rule = Rule {
    id: "virtual-service-rule-unreachable",
    title: "A rule of a VirtualService is never used",
    level: Level::Prevention,
    severity: Severity::Medium,
    guide: "Service Mesh Issues",
    needs: &[Need::AnyOf(&["virtualservices", "services"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    context.snapshot.custom_of(NETWORKING, "VirtualService").filter_map(|route| finding(context, route)).collect()
}

fn finding(context: &Context<'_>, route: &Custom) -> Option<Finding> {
    let all = unreached(route);
    let first = all.iter().find(|u| u.whole).or_else(|| all.first())?;
    let (name, namespace) = (route.metadata.name.as_str(), route.metadata.namespace.as_str());
    let place = first_text(route.get(&first.pointer)?, first.pointer.clone());
    let place = place.map_or_else(|| named(route), |(pointer, text)| route.origin.at(pointer, text));
    let what = if first.whole { "is never used" } else { "has a match that is never used" };
    let more = match all.len() - 1 {
        0 => String::new(),
        more => format!(
            " The same holds for {} more, after {}.",
            counted(more, "part"),
            earlier(&all).into_iter().collect::<Vec<_>>().join(", ")
        ),
    };
    Some(
        Finding::new(route.reference(), format!("{} of VirtualService `{name}` {what}", capitalised(&first.rule)), place)
            .summary(format!(
                "{} stands before it and takes all of its requests: rules are tried from the top.{more}",
                capitalised(&first.before)
            ))
            .severity(if first.whole { Severity::Medium } else { Severity::Low })
            .confidence(0.95)
            .seen(route.metadata.written_at(), context.snapshot.taken_at)
            .remedy(format!("Move it before {}.", first.before), format!("kubectl edit virtualservice.{NETWORKING} {name} -n {namespace}")),
    )
}
