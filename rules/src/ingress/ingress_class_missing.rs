//! # ingress-class-missing
//!
//! An Ingress asks for a class that does not exist.
//!
//! ## What it detects
//! Ingresses whose `ingressClassName` is not the name of an IngressClass, those that name none where there is no default
//! class and no controller has taken them, and those that a controller's log says it ignores for their class. The nearest
//! class is offered.
//!
//! ## Why it happens
//! A slip of the pen, a manifest from another cluster, or a controller that was not installed. The API server takes any name;
//! no controller ever looks at the Ingress.
//!
//! ## How to confirm
//! `kubectl get ingressclasses`; the Ingress has no `ADDRESS`.
//!
//! ## How to fix
//! Write a class that exists into the Ingress. Its controller takes it within seconds.
//!
//! ## When it stays silent
//! When the class exists, when the old annotation names something that a controller may know by itself, and, where classes
//! were not collected, when no controller says it.

use std::collections::BTreeMap;

use tarbox_model::finding::{Finding, Severity};
use tarbox_model::object::{Ingress, Object};
use tarbox_model::rule::{Effect, Level, Need};
use tarbox_model::{Context, ObjectRef, Rule, similarity};

use super::class::{Classes, has_address};
use super::told::{Told, alone};
use crate::wording::{did_you_mean, listed};

/// The rule.
pub static RULE: Rule = Rule {
    id: "ingress-class-missing",
    title: "An Ingress asks for a class that does not exist",
    level: Level::Cause,
    severity: Severity::High,
    guide: "Ingress Issues",
    needs: &[Need::AnyOf(&["ingresses", "logs"])],
    produces: &[Effect::IngressUnserved],
    explained_by: &[],
    check,
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let by_word = alone(context, "ingress-class-invalid", "ingress", "Ingress", |_| true).into_iter().map(|(ingress, log, hit)| {
        Finding::new(ingress.clone(), format!("No controller takes Ingress `{}`: its class is not there", ingress.name), log.evidence(hit))
            .summary("The ingress controller passes it over, so nothing of it is served. The Ingress itself is not in the bundle.")
            // Another controller may serve it.
            .confidence(0.75)
            .seen(hit.first.time, hit.last.time)
            .remedy("Compare its class with those that exist.", format!("kubectl get ingress,ingressclass -n {}", ingress.namespace))
    });
    let told = Told::by(context, "ingress-class-invalid", "ingress");
    let mut names = Names::of(context);
    context.snapshot.ingresses.iter().filter_map(|ingress| finding(context, &mut names, &told, ingress)).chain(by_word).collect()
}

/// The classes, and what is said of them in every finding.
struct Names<'a> {
    known: Classes<'a>,
    all: Vec<&'a str>,
    /// The class that is nearest to a name, for each name that was asked for.
    nearest: BTreeMap<&'a str, Option<&'a str>>,
    /// What there is, as a sentence.
    there: String,
}

impl<'a> Names<'a> {
    fn of(context: &Context<'a>) -> Self {
        let snapshot = context.snapshot;
        let all: Vec<&str> = snapshot.ingress_classes.iter().map(|c| c.metadata.name.as_str()).collect();
        let there = match all.as_slice() {
            _ if !snapshot.coverage.is_complete("ingressclasses") => String::new(),
            [] => " There is no class at all.".to_owned(),
            all => format!(" There is {}.", listed(all.iter().copied())),
        };
        Self { known: Classes::of(snapshot), all, nearest: BTreeMap::new(), there }
    }

    fn nearest(&mut self, name: &'a str) -> Option<&'a str> {
        let all = &self.all;
        *self.nearest.entry(name).or_insert_with(|| similarity::nearest(name, all.iter().copied()).filter(|_| !name.is_empty()))
    }
}

fn finding<'a>(context: &Context<'a>, names: &mut Names<'a>, told: &Told<'_>, ingress: &'a Object<Ingress>) -> Option<Finding> {
    let (snapshot, reference) = (context.snapshot, ingress.reference());
    // A second controller complains of every Ingress that is the first one's.
    let asked = names.known.asked(ingress);
    if asked.as_ref().is_some_and(|a| a.object.is_some()) {
        return None;
    }
    let told = told.about(&reference);
    let complete = snapshot.coverage.is_complete("ingressclasses");
    let name = asked.as_ref().map_or("", |a| a.name);
    let nearest = names.nearest(name);
    let served = has_address(ingress);
    let confidence = match &asked {
        _ if served => return None,
        Some(a) if a.by_annotation => match (told, nearest) {
            (Some(_), _) => 0.85,
            (None, Some(_)) if complete => 0.7,
            _ => return None,
        },
        Some(_) if complete => 0.97,
        Some(_) if told.is_some() => 0.85,
        None if told.is_some() => 0.9,
        None if complete && !names.all.is_empty() => 0.7,
        _ => return None,
    };
    let there = &names.there;
    let (title, summary) = match &asked {
        Some(_) => (
            format!("Ingress `{}` asks for class `{name}`, which does not exist", reference.name),
            format!(
                "No IngressClass is named `{name}`{}{there} No controller looks at the Ingress, so nothing of it is served.",
                if nearest.is_some() { did_you_mean(nearest) + "." } else { ".".to_owned() },
            ),
        ),
        None => (
            format!("Ingress `{}` names no class, and there is no default class", reference.name),
            format!("Without a class and without a default class no controller takes the Ingress.{there}"),
        ),
    };
    let place = asked.as_ref().map_or_else(|| ingress.named(), |a| a.evidence.clone());
    let mut finding = Finding::new(reference.clone(), title, place)
        .summary(summary)
        .confidence(confidence)
        .evidence(told.map(|(log, hit)| log.evidence(hit)))
        .seen(ingress.metadata.written_at(), snapshot.taken_at);
    if asked.is_some() {
        finding = finding.cause(ObjectRef::cluster_wide("IngressClass", name));
    }
    let default = names.known.default.map(|c| c.metadata.name.as_str());
    let only = names.all.first().copied().filter(|_| names.all.len() == 1);
    if let Some(better) = nearest.or(default).or(only) {
        finding = finding.remedy(
            format!("Give the Ingress class `{better}`. Its controller takes it within seconds."),
            format!(
                "kubectl patch ingress {} -n {} --type=merge -p '{{\"spec\":{{\"ingressClassName\":\"{better}\"}}}}'",
                reference.name, reference.namespace
            ),
        );
    }
    Some(finding.remedy("Or install the controller that brings the class.", "kubectl get ingressclasses"))
}
