//! # memory-limit-missing
//!
//! Containers have no memory limit.
//!
//! ## What it detects
//! Templates with containers that may take as much memory as their node has. A leak then ends not in a restart of the one
//! that leaks, but in evictions and kills among its neighbours.
//!
//! ## Why it happens
//! Limits are optional, and it is not known how much a container may fairly need.
//!
//! ## How to confirm
//! `kubectl describe pod` shows no *Limits: memory* under the container.
//!
//! ## How to fix
//! Set a limit well above what the container uses at its busiest, and a request near what it uses.
//!
//! ## When it stays silent
//! Where a LimitRange of the namespace gives a default, where the pod as a whole has a limit, and in the system's own
//! namespaces.

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::rule::{Level, Need};
use tarbox_model::{Context, Rule};

use super::templates::{Template, is_given, templates};
use crate::commands;
use crate::wording::{counted, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "memory-limit-missing",
    title: "Containers have no memory limit",
    level: Level::Prevention,
    severity: Severity::Low,
    guide: "Prevention Strategies",
    needs: &[Need::AnyOf(&["deployments", "statefulsets", "daemonsets", "pods"])],
    produces: &[],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let given =
        |t: &Template<'_>| t.spec.resources.limits.contains_key("memory") || is_given(context.snapshot, &t.owner.namespace, "memory", true);
    templates(context).iter().filter(|t| !given(t)).filter_map(finding).collect()
}

fn finding(template: &Template<'_>) -> Option<Finding> {
    let owner = &template.owner;
    let bare: Vec<_> = template.containers().filter(|(_, c)| !c.resources.limits.contains_key("memory")).collect();
    let (pointer, first) = bare.first()?;
    // Twice the request is a limit to begin with; without one nobody can tell from here.
    let request = first.resources.requests.get("memory").and_then(|q| tarbox_model::quantity::parse(q));
    let limit = request.map_or_else(|| "512Mi".to_owned(), |bytes| format!("{}Mi", (2.0 * bytes / 1_048_576.0).ceil()));
    Some(
        Finding::new(
            owner.clone(),
            format!("`{}` may take all memory of its node", owner.name),
            template.evidence(&format!("{pointer}/name"), &first.name),
        )
        .summary(format!(
            "{} of `{}` without a memory limit: {}. A leak there is paid for by its neighbours.",
            counted(bare.len(), "container"),
            owner.name,
            listed(bare.iter().map(|(_, c)| c.name.as_str())),
        ))
        .workload(Some(owner.clone()))
        .confidence(0.9)
        .remedy(
            "Set a limit well above what it uses at its busiest; the figure here is a beginning. This replaces its pods.",
            commands::set(owner, "resources", &format!("-c {} --limits=memory={limit}", first.name)),
        ),
    )
}
