//! A root cause and what follows from it, as a tree: each consequence once, below the nearest thing that explains it.
//!
//! The analysis knows a graph (a Service without endpoints may be explained by two workloads). A reader follows a line,
//! so each consequence hangs on its deepest explanation, and the tree is bounded in depth and size; what is left out is
//! counted, and stands in the list of findings anyway.

use std::collections::BTreeMap;

use tarbox_model::analysis::{Analysis, Ranked};

/// Most links drawn below one cause.
pub(crate) const LIMIT: usize = 40;

/// Deepest level drawn; also what ends a cycle, should an analysis hold one.
const DEEPEST: usize = 12;

/// One consequence and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Index of the finding.
    pub(crate) index: usize,
    /// What follows from it.
    pub(crate) below: Vec<Self>,
}

/// What follows from the finding `root`, and how many links were left out.
pub(crate) fn chain(analysis: &Analysis, root: usize) -> (Vec<Link>, usize) {
    let Some(cause) = analysis.findings.get(root) else { return (Vec::new(), 0) };
    let mut shown: Vec<usize> = cause.explains.iter().copied().filter(|&i| i != root && i < analysis.findings.len()).collect();
    let left_out = shown.len().saturating_sub(LIMIT);
    shown.truncate(LIMIT);

    let parents = |i: usize| analysis.findings.get(i).map_or(&[][..], |f: &Ranked| &f.explained_by);
    let mut depth: BTreeMap<usize, usize> = shown.iter().map(|&i| (i, 1)).collect();
    for _ in 0..DEEPEST {
        let before = depth.clone();
        for (&i, level) in &mut depth {
            let above = parents(i).iter().filter(|&&p| p != i).filter_map(|p| before.get(p)).max();
            *level = above.map_or(1, |above| (above + 1).min(DEEPEST));
        }
        if before == depth {
            break;
        }
    }
    let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &i in &shown {
        let level = depth.get(&i).copied().unwrap_or(1);
        // Strictly less deep, so that a cycle cannot hang on itself.
        let above = |p: &&usize| depth.get(p).is_some_and(|&l| l < level);
        let parent = parents(i).iter().filter(above).max_by_key(|&&p| (depth.get(&p).copied(), std::cmp::Reverse(p)));
        below.entry(parent.copied().unwrap_or(root)).or_default().push(i);
    }
    (links(root, &below), left_out)
}

fn links(of: usize, below: &BTreeMap<usize, Vec<usize>>) -> Vec<Link> {
    below.get(&of).into_iter().flatten().map(|&index| Link { index, below: links(index, below) }).collect()
}
