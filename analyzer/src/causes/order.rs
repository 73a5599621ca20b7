//! Graph work: breaking circles of mutual explanation, and following edges to their end.

use std::collections::BTreeSet;

use tarbox_model::Rule;
use tarbox_model::finding::Finding;
use tarbox_model::rule::Level;

/// Takes out the edges that would make findings explain each other in a circle: inside a circle only the stronger
/// explains the weaker (cause before symptom, then confidence, then name).
pub(super) fn without_cycles(fired: &[(&Rule, Finding)], edges: Vec<BTreeSet<usize>>) -> Vec<BTreeSet<usize>> {
    let component = components(&edges);
    let weaker = |a: usize, b: usize| match (fired.get(a), fired.get(b)) {
        (Some((rule_a, a)), Some((rule_b, b))) => (rule_a.level == Level::Symptom)
            .cmp(&(rule_b.level == Level::Symptom))
            .then_with(|| b.confidence.total_cmp(&a.confidence))
            .then_with(|| (a.rule, a.key(), &a.cause).cmp(&(b.rule, b.key(), &b.cause)))
            .is_lt(),
        _ => false,
    };
    let keep = |from: usize, to: usize| component.get(from) != component.get(to) || weaker(from, to);
    edges.into_iter().enumerate().map(|(from, targets)| targets.into_iter().filter(|&to| keep(from, to)).collect()).collect()
}

/// For every node, all nodes that can be reached from it, itself excluded.
pub(super) fn closure(edges: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let reach_from = |start: usize| {
        let (mut reached, mut stack) = (BTreeSet::new(), vec![start]);
        while let Some(node) = stack.pop() {
            for &next in edges.get(node).into_iter().flatten() {
                if next != start && reached.insert(next) {
                    stack.push(next);
                }
            }
        }
        reached
    };
    (0..edges.len()).map(reach_from).collect()
}

/// Strongly connected components (Tarjan, without recursion): nodes with the same number explain each other.
fn components(edges: &[BTreeSet<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let n = edges.len();
    let (mut index, mut low, mut component) = (vec![UNSEEN; n], vec![0; n], vec![UNSEEN; n]);
    let (mut stack, mut counter, mut count) = (Vec::new(), 0, 0);
    for root in 0..n {
        if index[root] != UNSEEN {
            continue;
        }
        let mut calls: Vec<(usize, Vec<usize>)> = vec![(root, edges[root].iter().rev().copied().collect())];
        (index[root], low[root]) = (counter, counter);
        counter += 1;
        stack.push(root);
        while let Some((node, rest)) = calls.last_mut() {
            let node = *node;
            if let Some(next) = rest.pop() {
                if index[next] == UNSEEN {
                    (index[next], low[next]) = (counter, counter);
                    counter += 1;
                    stack.push(next);
                    calls.push((next, edges[next].iter().rev().copied().collect()));
                } else if component[next] == UNSEEN {
                    low[node] = low[node].min(index[next]);
                }
                continue;
            }
            calls.pop();
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
            if low[node] == index[node] {
                while let Some(member) = stack.pop() {
                    component[member] = count;
                    if member == node {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[&[usize]]) -> Vec<BTreeSet<usize>> {
        edges.iter().map(|targets| targets.iter().copied().collect()).collect()
    }

    #[test]
    fn components_are_circles() {
        let found = components(&graph(&[&[1], &[2], &[0, 3], &[4], &[]]));
        assert!(found[0] == found[1] && found[1] == found[2]);
        assert!(found[3] != found[2] && found[4] != found[3]);
    }

    #[test]
    fn closure_leaves_the_start_out() {
        let reach = closure(&graph(&[&[1], &[2], &[0]]));
        assert_eq!(reach[0], BTreeSet::from([1, 2]));
    }
}
