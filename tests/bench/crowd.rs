//! For `tests/bench/performance`: `crowd pods COUNT BUNDLE` writes a bundle of a large cluster, copies of recorded incidents: nothing is wrong
//! in ninety-nine of a hundred. `crowd events COUNT BUNDLE` writes their events alone. `crowd literals` prints the words that lines of
//! signatures hold, one a line.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of a benchmark: its failure ends the benchmark")]

use std::collections::BTreeSet;
use std::path::Path;

use tarbox_tests::crowd::{self, Size};
use tarbox_tests::growth;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["literals"] => {
            let all: BTreeSet<&str> = tarbox_rules::signatures::all().flat_map(|signature| signature.literals).copied().collect();
            all.into_iter().for_each(|literal| println!("{literal}"));
        }
        [what @ ("pods" | "events"), count, bundle] => {
            let count = count.parse().unwrap();
            let size = if *what == "pods" { Size::Pods(count) } else { Size::Events(count) };
            let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
            let scenario = |name: &str| growth::of_bundle(&home.join(name).with_extension("tar.zst"));
            crowd::write(&scenario("healthy"), &scenario("out-of-memory-killed"), size, Path::new(bundle));
        }
        _ => panic!("crowd pods|events COUNT BUNDLE | literals"),
    }
}
