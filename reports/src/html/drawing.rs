//! A chain as the page draws it: the places of [`super::layout`] with words in them.

use serde::Serialize;
use tarbox_model::analysis::Analysis;

use super::layout::{Arrow, Layout, Place, What, layered, stepped};
use super::view::Object;
use crate::chain::Graph;
use crate::words;

/// More columns than this are not squeezed into the page: their box scrolls.
const COLUMNS: usize = 5;

/// One drawing.
#[derive(Serialize)]
pub(super) struct Drawing<'a> {
    form: &'static str,
    scrolls: bool,
    width: i32,
    height: i32,
    boxes: Vec<Node<'a>>,
    arrows: Vec<Line>,
}

#[derive(Serialize)]
struct Node<'a> {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    /// Where it leads; none for the root, beside which the drawing stands.
    id: Option<usize>,
    finding: Option<Told<'a>>,
    more: usize,
}

#[derive(Serialize)]
struct Told<'a> {
    root: bool,
    severity: &'static str,
    title: &'a str,
    object: Object<'a>,
}

#[derive(Serialize)]
struct Line {
    path: String,
    tip: String,
    label: String,
    x: i32,
    y: i32,
}

/// The chain for a wide place and for a narrow one; nothing where nothing follows.
pub(super) fn drawings<'a>(analysis: &'a Analysis, graph: &Graph, root: usize) -> Vec<Drawing<'a>> {
    if graph.nodes.is_empty() {
        return Vec::new();
    }
    vec![drawing(analysis, root, &layered(graph, root), false), drawing(analysis, root, &stepped(graph, root), true)]
}

fn drawing<'a>(analysis: &'a Analysis, root: usize, layout: &Layout, narrow: bool) -> Drawing<'a> {
    let scrolls = layout.columns > COLUMNS;
    Drawing {
        form: match (narrow, scrolls) {
            (true, _) => "narrow",
            (false, true) => "wide long",
            (false, false) => "wide",
        },
        scrolls,
        width: layout.width,
        height: layout.height,
        boxes: layout.boxes.iter().map(|place| node(analysis, root, place)).collect(),
        arrows: layout.arrows.iter().map(|arrow| line(analysis, layout, arrow, narrow)).collect(),
    }
}

fn node<'a>(analysis: &'a Analysis, root: usize, place: &Place) -> Node<'a> {
    let &Place { what, x, y, width, height } = place;
    let told = |index: usize| {
        let it = analysis.findings.get(index)?;
        let object = Object::new(it.finding.workload.as_ref().unwrap_or(&it.finding.subject));
        Some(Told { root: index == root, severity: it.severity.as_str(), title: &it.finding.title, object })
    };
    let (id, finding, more) = match what {
        What::Finding(index) => (Some(index).filter(|&index| index != root), told(index), 0),
        What::Folded(more) => (None, None, more),
    };
    Node { x, y, width, height, id, finding, more }
}

fn line(analysis: &Analysis, layout: &Layout, arrow: &Arrow, narrow: bool) -> Line {
    let what = |i: usize| layout.boxes.get(i).map(|place| place.what);
    let way = match (what(arrow.from), what(arrow.to)) {
        (Some(What::Finding(from)), Some(What::Finding(to))) => analysis.ways.get(&(from, to)),
        _ => None,
    };
    let way = way.map(Vec::as_slice).unwrap_or_default();
    let (x, y) = arrow.points.last().copied().unwrap_or_default();
    let top = layout.boxes.get(arrow.to).map_or(y, |place| place.y);
    let mut label: Vec<&str> = way.iter().map(|(relation, _)| relation.as_str()).collect();
    label.dedup();
    let room = if narrow { 3 } else { 1 };
    let cut = label.len() > room;
    label.truncate(room);
    Line {
        path: if narrow { straight(&arrow.points) } else { curved(&arrow.points) },
        tip: arrowhead(x, y),
        label: if arrow.roomy { format!("{}{}", label.join(", "), if cut { " …" } else { "" }) } else { String::new() },
        x: if narrow { x + 2 } else { x - 9 },
        y: if narrow { top - 6 } else { y - 5 },
    }
}

/// A path with corners.
fn straight(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        path.push_str(&format!("{}{x} {y}", if i == 0 { 'M' } else { 'L' }));
    }
    path
}

/// A path that swings from column to column, and runs level past those that it does not stop at.
fn curved(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    let mut last = (0, 0);
    for (i, &(x, y)) in points.iter().enumerate() {
        let middle = (last.0 + x) / 2;
        match i {
            0 => path.push_str(&format!("M{x} {y}")),
            i if i.is_multiple_of(2) => path.push_str(&format!("H{x}")),
            _ => path.push_str(&format!("C{middle} {} {middle} {y} {x} {y}", last.1)),
        }
        last = (x, y);
    }
    path
}

fn arrowhead(x: i32, y: i32) -> String {
    format!("M{x} {y}l-7 -4v8z")
}

/// How a consequence hangs on what explains it, in words: `calls Service …, which selects Deployment …`.
pub(super) fn way(analysis: &Analysis, from: usize, to: usize) -> String {
    let way = analysis.ways.get(&(from, to)).map(Vec::as_slice).unwrap_or_default();
    let steps: Vec<String> = way.iter().map(|(relation, object)| format!("{} {}", relation.as_str(), words::object(object))).collect();
    steps.join(", which ")
}
