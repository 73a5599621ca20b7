//! A root cause and what follows from it: as a graph in levels, and as a tree with each consequence once, below the
//! nearest thing that explains it.
//!
//! The analysis knows a graph (a Service without endpoints may be explained by two workloads), with every shortcut in it.
//! Here each consequence keeps its nearest explanations only. A reader of text follows a line, so the tree hangs each on
//! the deepest of these. Both are bounded in depth and size; what is left out is counted, and stands in the list of
//! findings anyway.

use std::collections::{BTreeMap, BTreeSet};

use tarbox_model::analysis::{Analysis, Ranked, TOLD};

/// Deepest level drawn; also what ends a cycle, should an analysis hold one.
const DEEPEST: usize = 12;

/// What follows from a root.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph {
    /// Consequences in telling order.
    pub(crate) nodes: Vec<Node>,
    /// How many consequences are not among them.
    pub(crate) left_out: usize,
}

/// One consequence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Index of the finding.
    pub(crate) index: usize,
    /// Steps from the root, from 1.
    pub(crate) level: usize,
    /// Indices of the findings that explain it with nothing in between: nodes of a lesser level, or the root; never none.
    pub(crate) parents: Vec<usize>,
}

/// One consequence and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Index of the finding.
    pub(crate) index: usize,
    /// What it follows from.
    pub(crate) parent: usize,
    /// What follows from it.
    pub(crate) below: Vec<Self>,
}

/// What follows from the finding `root`.
pub(crate) fn graph(analysis: &Analysis, root: usize) -> Graph {
    let Some(cause) = analysis.findings.get(root) else { return Graph::default() };
    let mut shown: Vec<usize> = cause.explains.iter().copied().filter(|&i| i != root && i < analysis.findings.len()).collect();
    let left_out = shown.len().saturating_sub(TOLD);
    shown.truncate(TOLD);

    let parents = |i: usize| analysis.findings.get(i).map_or(&[][..], |f: &Ranked| &f.explained_by);
    let mut level: BTreeMap<usize, usize> = shown.iter().map(|&i| (i, 1)).collect();
    for _ in 0..DEEPEST {
        let before = level.clone();
        for (&i, level) in &mut level {
            let above = parents(i).iter().filter(|&&p| p != i).filter_map(|p| before.get(p)).max();
            *level = above.map_or(1, |above| (above + 1).min(DEEPEST));
        }
        if before == level {
            break;
        }
    }
    let level_of = |i: usize| if i == root { Some(0) } else { level.get(&i).copied() };
    let mut nodes: Vec<Node> =
        shown.iter().map(|&index| Node { index, level: level_of(index).unwrap_or(1), parents: Vec::new() }).collect();
    let mut downward: Vec<&mut Node> = nodes.iter_mut().collect();
    downward.sort_by_key(|node| node.level);
    // By finding, everything above it.
    let mut ancestors: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::from([(root, BTreeSet::new())]);
    for node in downward {
        // Strictly less deep, so that a cycle cannot hang on itself.
        let direct: BTreeSet<usize> =
            parents(node.index).iter().copied().filter(|&p| level_of(p).is_some_and(|level| level < node.level)).collect();
        let beyond: BTreeSet<usize> = direct.iter().filter_map(|p| ancestors.get(p)).flatten().copied().collect();
        node.parents = direct.difference(&beyond).copied().collect();
        if node.parents.is_empty() {
            node.parents.push(root);
        }
        let above = node.parents.iter().chain(&beyond).copied().chain([root]).collect();
        ancestors.insert(node.index, above);
    }
    Graph { nodes, left_out }
}

/// The graph as a tree below its root.
pub(crate) fn tree(graph: &Graph, root: usize) -> Vec<Link> {
    let level: BTreeMap<usize, usize> = graph.nodes.iter().map(|node| (node.index, node.level)).collect();
    let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in &graph.nodes {
        let deepest = node.parents.iter().max_by_key(|&&p| (level.get(&p).copied().unwrap_or_default(), std::cmp::Reverse(p)));
        below.entry(deepest.copied().unwrap_or(root)).or_default().push(node.index);
    }
    links(root, &below)
}

fn links(of: usize, below: &BTreeMap<usize, Vec<usize>>) -> Vec<Link> {
    below.get(&of).into_iter().flatten().map(|&index| Link { index, parent: of, below: links(index, below) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tarbox_model::finding::Severity;
    use tarbox_model::rule::Level;
    use tarbox_model::{Evidence, Finding, ObjectRef};

    /// Findings that explain each other as it comes, in circles too; the first is told as the cause of all.
    fn any_analysis() -> impl Strategy<Value = Analysis> {
        proptest::collection::vec(proptest::collection::vec(0..30_usize, 0..5), 1..30).prop_map(|all| {
            let count = all.len();
            let ranked = |(i, explained_by): (usize, Vec<usize>)| Ranked {
                finding: Finding::new(ObjectRef::new("Pod", "web", format!("app-{i}")), "it fails", Evidence::line("a.log".into(), 1, "")),
                level: Level::Symptom,
                severity: Severity::High,
                explains: if i == 0 { (1..count).collect() } else { Vec::new() },
                explained_by: explained_by.into_iter().map(|p| p % count).collect(),
            };
            Analysis { findings: all.into_iter().enumerate().map(ranked).collect(), roots: vec![0], ..Analysis::default() }
        })
    }

    fn told(links: &[Link]) -> Vec<usize> {
        links.iter().flat_map(|link| [vec![link.index], told(&link.below)].concat()).collect()
    }

    proptest! {
        #[test]
        fn whatever_explains_whatever_each_is_told_once_below_what_is_nearer_to_the_root(analysis in any_analysis()) {
            let graph = graph(&analysis, 0);
            let level = |i: usize| graph.nodes.iter().find(|node| node.index == i).map_or(0, |node| node.level);
            for node in &graph.nodes {
                prop_assert!(!node.parents.is_empty() && node.level <= DEEPEST, "{node:?}");
                prop_assert!(node.parents.iter().all(|&p| level(p) < node.level), "{node:?}");
            }
            let mut told = told(&tree(&graph, 0));
            told.sort_unstable();
            let wanted: Vec<usize> = (1..analysis.findings.len()).take(TOLD).collect();
            prop_assert_eq!(told.len() + graph.left_out, analysis.findings.len() - 1);
            prop_assert_eq!(told, wanted);
        }
    }
}
