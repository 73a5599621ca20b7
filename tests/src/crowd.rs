//! Bundles of large clusters, for benchmarks: copies of recorded cases, written as they are made, so that none of it has to fit into memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;
use serde_json::Value;
use tarbox_bundle::{EntryPath, Outcome, SourceOutcome, Writer, WriterOptions};

use crate::case::Case;
use crate::growth::Growing;
use crate::stage;

/// Copies that share a namespace, as in a cluster of many teams.
const TOGETHER: usize = 20;
/// Copies whose objects are written together, as one file a kind.
const PART: usize = 200;

/// Objects by group, version and plural name, as lines of JSON.
type Lines = BTreeMap<(String, String, String), (String, u64)>;

/// How large a crowd is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many pods and everything around them.
    Pods(usize),
    /// So many events. Of the other objects only those of the first copy are there.
    Events(usize),
}

/// Writes a bundle of this size: copies of `case`, and of `failing` in each hundredth place. The first is the case itself, with what a
/// cluster has once. Without logs.
///
/// # Panics
/// When it cannot be written, or when the case has nothing of what is counted.
pub fn write(case: &Case, failing: &Case, size: Size, path: &Path) {
    let (whole, broken) = (Growing::of(case), Growing::of(failing));
    let (count, kind) = match size {
        Size::Pods(count) => (count, "Pod"),
        Size::Events(count) => (count, "Event"),
    };
    let each = whole.copy(1, 1).iter().filter(|object| object["kind"] == kind).count();
    let copies = count.div_ceil(each);
    let mut options = WriterOptions::new("crowd", 1_764_000_000);
    options.overwrite = true;
    let writer = Writer::create(path, options).unwrap();
    writer.header(&stage::header(case)).unwrap();
    let mut ledger: BTreeMap<String, u64> = stage::everything().into_iter().map(|source| (source, 0)).collect();
    for (part, start) in (0..copies).step_by(PART).enumerate() {
        let copy = |number: usize| {
            let from = if number % 100 == 99 { &broken } else { &whole };
            let mut objects = from.copy(number, number / TOGETHER);
            if matches!(size, Size::Events(_)) && number > 0 {
                objects.retain(|object| object["kind"] == "Event");
            }
            lines(&objects)
        };
        let made: Vec<Lines> = (start..copies.min(start + PART)).into_par_iter().map(copy).collect();
        let mut together = Lines::new();
        for (resource, (text, count)) in made.into_iter().flatten() {
            let entry = together.entry(resource).or_default();
            entry.0.push_str(&text);
            entry.1 += count;
        }
        for ((group, version, plural), (text, count)) in together {
            let file = EntryPath::objects(&group, &version, &plural, u32::try_from(part).ok().filter(|part| *part > 0));
            writer.add(&file, text.as_bytes()).unwrap();
            ledger.retain(|known, _| !(known.starts_with("objects/any/") && known.ends_with(&format!("/{plural}"))));
            *ledger.entry(format!("objects/{group}/{version}/{plural}")).or_default() += count;
        }
    }
    for (source, items) in ledger {
        writer.outcome(SourceOutcome { source, outcome: Outcome::Collected, items, bytes: 0, detail: String::new() });
    }
    writer.finish().unwrap();
}

/// Secrets and metrics have files of their own, and are left out.
fn lines(objects: &[Value]) -> Lines {
    let mut lines = Lines::new();
    for object in objects {
        let resource = stage::resource(object);
        if resource.2 == "secrets" || resource.0 == "metrics.k8s.io" {
            continue;
        }
        let entry = lines.entry(resource).or_default();
        writeln!(entry.0, "{object}").unwrap();
        entry.1 += 1;
    }
    lines
}
