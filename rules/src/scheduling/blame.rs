//! Which of the scheduler's reasons is to blame. A message often names several: a cordoned control plane, a pool kept
//! apart by a taint, and the one thing that went wrong.

use tarbox_model::{Context, Snapshot};

use super::fit;
use super::verdict::{Part, Reason, Verdict, refused};

/// Every verdict whose blame lies with a reason that is asked for.
pub(super) fn blamed<'a>(context: &Context<'a>, wanted: impl Fn(&Reason) -> bool) -> Vec<(Verdict<'a>, Part)> {
    let verdicts = refused(context);
    if verdicts.is_empty() {
        return Vec::new();
    }
    let background = Background::of(context.snapshot);
    verdicts.into_iter().filter_map(|v| principal(&background, &v).filter(|p| wanted(&p.reason)).map(|p| (v, p))).collect()
}

/// The reason to blame.
///
/// Nodes that pass every gate of their own (cordon, taint, labels) and are refused all the same show the blocker. When
/// there are none, labels are to blame only if no node has them; else whatever closed the nodes that do.
fn principal(background: &Background<'_>, verdict: &Verdict<'_>) -> Option<Part> {
    let gate = |p: &Part| matches!(p.reason, Reason::Cordoned | Reason::Taint(_) | Reason::NodeAffinity);
    let most = |parts: Vec<&Part>| parts.into_iter().rev().max_by_key(|p| p.count).cloned();
    let (gates, later): (Vec<&Part>, Vec<&Part>) = verdict.parts.iter().partition(|p| gate(p));
    let aside = Aside::of(background, verdict);
    let cordoned = count(&gates, |r| *r == Reason::Cordoned).saturating_sub(aside.cordoned);
    if let Some(blocker) = most(later)
        && blocker.count >= cordoned
    {
        return Some(blocker);
    }
    let labels = || gates.iter().find(|p| p.reason == Reason::NodeAffinity).map(|p| (*p).clone());
    if aside.labels_match_nowhere && labels().is_some() {
        return labels();
    }
    let mut closed: Vec<&Part> = Vec::new();
    for part in &gates {
        let background = match &part.reason {
            Reason::Cordoned => part.count <= aside.cordoned,
            Reason::Taint(taint) => is_control_plane_taint(taint) || (taint.is_empty() && part.count <= aside.tainted),
            _ => true,
        };
        if !background {
            closed.push(part);
        }
    }
    most(closed).or_else(labels).or_else(|| most(gates))
}

fn count(parts: &[&Part], of: impl Fn(&Reason) -> bool) -> usize {
    parts.iter().filter(|p| of(&p.reason)).map(|p| p.count).sum()
}

fn is_control_plane_taint(taint: &str) -> bool {
    taint.starts_with("node-role.kubernetes.io/control-plane") || taint.starts_with("node-role.kubernetes.io/master")
}

/// What is the same for every verdict.
struct Background<'a> {
    nodes: fit::Nodes<'a>,
    /// Nodes of the control plane.
    masters: usize,
    /// Those of them that are cordoned.
    cordoned: usize,
    /// Whether any labels are known.
    labelled: bool,
}

impl<'a> Background<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        let masters: Vec<_> = snapshot.nodes.iter().filter(|n| fit::is_control_plane(n)).collect();
        let cordoned = masters.iter().filter(|n| n.spec.unschedulable).count();
        let labelled = snapshot.nodes.iter().any(|n| !n.metadata.labels.is_empty());
        Self { nodes: fit::Nodes::of(snapshot), masters: masters.len(), cordoned, labelled }
    }
}

/// What belongs to the background of one verdict: the control plane, closed on purpose.
struct Aside {
    cordoned: usize,
    tainted: usize,
    labels_match_nowhere: bool,
}

impl Aside {
    fn of(background: &Background<'_>, verdict: &Verdict<'_>) -> Self {
        let spec = &verdict.pod.spec;
        // Who does not say where the control plane is, mostly has one node for it.
        let cordoned =
            if background.cordoned == 0 && background.masters == 0 { usize::from(verdict.total > 2) } else { background.cordoned };
        let asks =
            !spec.node_selector.is_empty() || spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution.is_some();
        let matches = || background.nodes.selected(spec).any(|n| fit::has_affinity(spec, n));
        Self { cordoned, tainted: background.masters, labels_match_nowhere: background.labelled && asks && !matches() }
    }
}
