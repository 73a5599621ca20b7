//! Where the boxes and arrows of a drawn chain stand, in the drawing's own units. Nothing here knows of text or markup.
//!
//! Two drawings of one graph: [`layered`] for a screen, causes on the left and consequences to the right, level by level;
//! [`stepped`] for a phone and for paper, one below the other. Both fold what would be too much to look at.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::{Graph, Link, Node, tree};

/// Most boxes in a column, or below one box; one more line says how many there are besides.
const ROWS: usize = 6;
const HEIGHT: i32 = 92;
const FOLD_HEIGHT: i32 = 34;
const WIDTH: i32 = 184;
/// Between columns; a relation must fit.
const GAP: i32 = 88;
/// Between boxes of a column, and the way of an arrow past a column.
const SPACE: i32 = 16;
const LANE: i32 = 12;
/// The drawing for a phone: its width, the indentation of a step, and the room between boxes, where the relation stands.
const NARROW: i32 = 288;
const INDENT: i32 = 14;
const STEP: i32 = 26;

/// A drawing.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) columns: usize,
    pub(super) boxes: Vec<Place>,
    pub(super) arrows: Vec<Arrow>,
}

/// What a box is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The finding of this index.
    Finding(usize),
    /// So many findings that are not drawn.
    Folded(usize),
}

/// A box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) what: What,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// An arrow from a cause to a consequence, both as places among the boxes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Corners: from the first box over the ways past columns to the second.
    pub(super) points: Vec<(i32, i32)>,
    /// Whether there is room for a word at its end.
    pub(super) roomy: bool,
}

/// Something that takes room in a column: a box, or an arrow on its way past.
#[derive(Clone, Copy)]
enum Cell {
    Box(usize),
    Lane(usize),
}

/// Causes on the left, what follows to the right, each as far from the root as its longest explanation.
pub(super) fn layered(graph: &Graph, root: usize) -> Layout {
    let (mut boxes, arrows) = columns(graph, root);
    let column_of = |i: usize| boxes.get(i).map_or(0, |place| (place.x / (WIDTH + GAP)) as usize);
    let last = (0..boxes.len()).map(column_of).max().unwrap_or_default();
    let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); last + 1];
    for i in 0..boxes.len() {
        cells.get_mut(column_of(i)).into_iter().for_each(|column| column.push(Cell::Box(i)));
    }
    for (i, &(from, to)) in arrows.iter().enumerate() {
        for column in cells.iter_mut().take(column_of(to)).skip(column_of(from) + 1) {
            column.push(Cell::Lane(i));
        }
    }
    // Where each arrow is when it leaves the column before.
    let mut at: Vec<i32> = vec![HEIGHT / 2; arrows.len()];
    let mut points: Vec<Vec<(i32, i32)>> = vec![Vec::new(); arrows.len()];
    let mut height = 0;
    for (column, mut cells) in cells.into_iter().enumerate() {
        let x = column as i32 * (WIDTH + GAP);
        let arriving = |i: usize| arrows.iter().enumerate().filter(move |(_, (_, to))| *to == i).map(|(arrow, _)| arrow);
        let wanted = |cell: &Cell| match *cell {
            Cell::Lane(arrow) => at.get(arrow).copied().unwrap_or_default(),
            Cell::Box(i) => {
                let heights: Vec<i32> = arriving(i).filter_map(|arrow| at.get(arrow).copied()).collect();
                heights.iter().sum::<i32>() / (heights.len().max(1) as i32)
            }
        };
        // Beside what they follow from; what is folded comes last.
        let folded = |cell: &Cell| matches!(cell, Cell::Box(i) if matches!(boxes.get(*i), Some(Place { what: What::Folded(_), .. })));
        cells.sort_by_key(|cell| (folded(cell), wanted(cell)));
        let centers: Vec<i32> = cells.iter().map(wanted).collect();
        let mut y = 0;
        for (cell, center) in cells.iter().zip(centers) {
            let tall = match *cell {
                Cell::Lane(_) => LANE,
                Cell::Box(i) => boxes.get(i).map_or(HEIGHT, |place| place.height),
            };
            y = y.max(center - tall / 2);
            match *cell {
                Cell::Lane(arrow) => {
                    let middle = y + LANE / 2;
                    points.get_mut(arrow).into_iter().for_each(|points| points.extend([(x, middle), (x + WIDTH, middle)]));
                    at.get_mut(arrow).into_iter().for_each(|at| *at = middle);
                }
                Cell::Box(i) => {
                    let mut incoming: Vec<usize> =
                        arrows.iter().enumerate().filter(|(_, (_, to))| *to == i).map(|(arrow, _)| arrow).collect();
                    incoming.sort_by_key(|&arrow| at.get(arrow).copied());
                    let parts = incoming.len() as i32 + 1;
                    for (port, arrow) in (1..).zip(incoming) {
                        points.get_mut(arrow).into_iter().for_each(|points| points.push((x, y + tall * port / parts)));
                    }
                    for (arrow, _) in arrows.iter().enumerate().filter(|(_, (from, _))| *from == i) {
                        points.get_mut(arrow).into_iter().for_each(|points| points.push((x + WIDTH, y + tall / 2)));
                        at.get_mut(arrow).into_iter().for_each(|at| *at = y + tall / 2);
                    }
                    boxes.get_mut(i).into_iter().for_each(|place| place.y = y);
                }
            }
            y += tall + SPACE;
            height = height.max(y - SPACE);
        }
    }
    let crowded = |to: usize| arrows.iter().filter(|(_, other)| *other == to).count() > 4;
    Layout {
        width: last as i32 * (WIDTH + GAP) + WIDTH,
        height,
        columns: last + 1,
        arrows: arrows.iter().zip(points).map(|(&(from, to), points)| Arrow { from, to, points, roomy: !crowded(to) }).collect(),
        boxes,
    }
}

/// The boxes in their columns, not yet at their heights, and which leads to which.
fn columns(graph: &Graph, root: usize) -> (Vec<Place>, BTreeSet<(usize, usize)>) {
    let place = |column: i32, what: What| {
        let height = if matches!(what, What::Folded(_)) { FOLD_HEIGHT } else { HEIGHT };
        Place { what, x: column * (WIDTH + GAP), y: 0, width: WIDTH, height }
    };
    let mut boxes = vec![place(0, What::Finding(root))];
    let mut drawn = BTreeMap::from([(root, 0)]);
    let leads_on: BTreeSet<usize> = graph.nodes.iter().flat_map(|node| node.parents.iter().copied()).collect();
    let mut levels: BTreeMap<usize, Vec<&Node>> = BTreeMap::new();
    for node in &graph.nodes {
        levels.entry(node.level).or_default().push(node);
    }
    let mut left_out = graph.left_out;
    for (column, mut nodes) in (1..).zip(levels.into_values()) {
        // What leads on is worth a box of its own.
        nodes.sort_by_key(|node| !leads_on.contains(&node.index));
        let shown = if nodes.len() <= ROWS && left_out == 0 { nodes.len() } else { nodes.len().min(ROWS - 1) };
        for node in nodes.iter().take(shown) {
            drawn.insert(node.index, boxes.len());
            boxes.push(place(column, What::Finding(node.index)));
        }
        let folded = nodes.len() - shown + std::mem::take(&mut left_out);
        if folded > 0 {
            drawn.extend(nodes.iter().skip(shown).map(|node| (node.index, boxes.len())));
            boxes.push(place(column, What::Folded(folded)));
        }
    }
    let pair = |from: usize, to: usize| Some((*drawn.get(&from)?, *drawn.get(&to)?));
    let mut arrows: BTreeSet<(usize, usize)> =
        graph.nodes.iter().flat_map(|node| node.parents.iter().filter_map(move |&p| pair(p, node.index))).collect();
    // Those beyond the graph follow from the root as well.
    let orphans: Vec<usize> = (1..boxes.len()).filter(|&i| arrows.iter().all(|(_, to)| *to != i)).collect();
    arrows.extend(orphans.into_iter().map(|i| (0, i)));
    (boxes, arrows)
}

/// One below the other, what follows indented below what it follows from.
pub(super) fn stepped(graph: &Graph, root: usize) -> Layout {
    let mut layout = Layout { width: NARROW, height: HEIGHT, columns: 1, boxes: Vec::new(), arrows: Vec::new() };
    layout.boxes.push(Place { what: What::Finding(root), x: 0, y: 0, width: NARROW, height: HEIGHT });
    below(&mut layout, 0, &tree(graph, root), graph.left_out);
    layout
}

fn below(layout: &mut Layout, parent: usize, links: &[Link], left_out: usize) {
    let shown = if links.len() <= ROWS && left_out == 0 { links.len() } else { links.len().min(ROWS - 1) };
    for link in links.iter().take(shown) {
        let place = step(layout, parent, What::Finding(link.index), HEIGHT);
        below(layout, place, &link.below, 0);
    }
    let folded = links.iter().skip(shown).map(size).sum::<usize>() + left_out;
    if folded > 0 {
        step(layout, parent, What::Folded(folded), FOLD_HEIGHT);
    }
}

/// How many findings a link and all below it are.
fn size(link: &Link) -> usize {
    1 + link.below.iter().map(size).sum::<usize>()
}

/// Adds a box below all others, and the arrow to it.
fn step(layout: &mut Layout, parent: usize, what: What, height: i32) -> usize {
    let above = layout.boxes.get(parent).map_or((0, 0), |place| (place.x, place.y + place.height));
    let (x, y) = (above.0 + INDENT, layout.height + STEP);
    let (to, turn) = (layout.boxes.len(), above.0 + INDENT / 2);
    let points = vec![(turn, above.1), (turn, y + height / 2), (x, y + height / 2)];
    layout.boxes.push(Place { what, x, y, width: NARROW - x, height });
    layout.arrows.push(Arrow { from: parent, to, points, roomy: true });
    layout.height = y + height;
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn overlap(a: &Place, b: &Place) -> bool {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    }

    fn on_edge(place: &Place, (x, y): (i32, i32)) -> bool {
        let (right, bottom) = (place.x + place.width, place.y + place.height);
        (place.x..=right).contains(&x) && (place.y..=bottom).contains(&y) && (x == place.x || x == right || y == place.y || y == bottom)
    }

    /// Whether a straight line along an axis runs through the inside of a box.
    fn runs_through(place: &Place, a: (i32, i32), b: (i32, i32)) -> bool {
        let line = Place { x: a.0.min(b.0), y: a.1.min(b.1), width: (a.0 - b.0).abs(), height: (a.1 - b.1).abs(), ..*place };
        let inside = Place { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2, ..*place };
        line.x <= inside.x + inside.width
            && inside.x <= line.x + line.width
            && line.y <= inside.y + inside.height
            && inside.y <= line.y + line.height
    }

    /// A graph as [`crate::chain`] makes them: every parent is of a lesser level.
    fn graph() -> impl Strategy<Value = Graph> {
        let node = (1..6_usize, proptest::collection::vec(any::<u8>(), 0..6));
        (proptest::collection::vec(node, 0..40), 0..2_usize).prop_map(|(list, left_out)| {
            let left_out = if list.is_empty() { 0 } else { left_out * 37 };
            let levels: Vec<usize> = list.iter().map(|(level, _)| *level).collect();
            let nodes = list.into_iter().enumerate().map(|(i, (level, picks))| {
                let above: Vec<usize> = (0..levels.len()).filter(|&j| levels[j] < level).map(|j| j + 1).collect();
                let mut parents: BTreeSet<usize> =
                    picks.iter().filter(|_| !above.is_empty()).map(|&p| above[usize::from(p) % above.len()]).collect();
                if parents.is_empty() {
                    parents.insert(0);
                }
                Node { index: i + 1, level, parents: parents.into_iter().collect() }
            });
            Graph { nodes: nodes.collect(), left_out }
        })
    }

    fn sound(layout: &Layout, graph: &Graph) -> Result<(), TestCaseError> {
        for (i, a) in layout.boxes.iter().enumerate() {
            prop_assert!(a.x >= 0 && a.y >= 0 && a.x + a.width <= layout.width && a.y + a.height <= layout.height, "{a:?} sticks out");
            prop_assert!(!layout.boxes.iter().skip(i + 1).any(|b| overlap(a, b)), "{a:?} lies on another");
        }
        for arrow in &layout.arrows {
            prop_assert!(on_edge(&layout.boxes[arrow.from], arrow.points[0]), "{arrow:?} does not begin at its box");
            prop_assert!(on_edge(&layout.boxes[arrow.to], *arrow.points.last().unwrap()), "{arrow:?} does not end at its box");
        }
        let told: usize = layout.boxes.iter().map(|place| if let What::Folded(n) = place.what { n } else { 1 }).sum();
        prop_assert_eq!(told, 1 + graph.nodes.len() + graph.left_out, "each finding is drawn or counted");
        let reached: BTreeSet<usize> = layout.arrows.iter().map(|arrow| arrow.to).collect();
        prop_assert_eq!(reached, (1..layout.boxes.len()).collect(), "an arrow leads to every box but the root's");
        Ok(())
    }

    proptest! {
        #[test]
        fn layers_are_sound(graph in graph()) {
            let layout = layered(&graph, 0);
            sound(&layout, &graph)?;
            for arrow in &layout.arrows {
                // Past a column an arrow runs level; between columns there is nothing to hit.
                for pair in arrow.points[1..arrow.points.len() - 1].chunks(2) {
                    prop_assert!(!layout.boxes.iter().any(|place| runs_through(place, pair[0], pair[1])), "{arrow:?} runs through a box");
                }
                prop_assert!(layout.boxes[arrow.from].x + WIDTH < layout.boxes[arrow.to].x, "{arrow:?} leads back");
            }
        }

        #[test]
        fn steps_are_sound(graph in graph()) {
            let layout = stepped(&graph, 0);
            sound(&layout, &graph)?;
            for arrow in &layout.arrows {
                let others = || layout.boxes.iter().enumerate().filter(|(i, _)| ![arrow.from, arrow.to].contains(i));
                for pair in arrow.points.windows(2) {
                    prop_assert!(!others().any(|(_, place)| runs_through(place, pair[0], pair[1])), "{arrow:?} runs through a box");
                }
            }
        }
    }
}
