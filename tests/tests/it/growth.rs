//! The work of every rule grows as the cluster does, and not as its square: counted by looks at objects, not by a clock.

use tarbox_load::load;
use tarbox_model::counted::counted;
use tarbox_model::{Context, Relations, Snapshot};
use tarbox_tests::case::Case;
use tarbox_tests::{growth, stage};

use crate::judged::{fixtures, scanner};

/// Growth of the work for twice as much that is too much; what compares everything with everything has 4.
const TOO_MUCH: f64 = 2.7;
/// Less work than this for each small cluster says nothing.
const FEW: u64 = 4;

#[test]
fn work_grows_as_the_cluster_does() {
    let all = tarbox_rules::all().flat_map(|rule| Case::all_in(&fixtures().join("rules").join(rule.rule.id)));
    let fires = |case: &Case| case.file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("fires"));
    let mut cases: Vec<Case> = all.filter(|case| fires(case) && case.missing.is_empty()).collect();
    let at = cases[0].at;
    cases.retain(|case| case.at == at);
    let snapshots: Vec<Snapshot> = [1, 2]
        .iter()
        .map(|&times| {
            let folder = tempfile::tempdir().unwrap();
            load(&stage::write(&growth::side_by_side(&cases, times), folder.path()), scanner()).unwrap()
        })
        .collect();
    assert!(snapshots[0].pods.len() > cases.len() / 2, "the clusters of {} fixtures are one", cases.len());
    let relations: Vec<Relations> = snapshots.iter().map(Relations::new).collect();
    let mut wrong = Vec::new();
    for rule in tarbox_rules::all().map(|r| r.rule) {
        let work = |i: usize| counted(|| (rule.check)(&Context { snapshot: &snapshots[i], relations: &relations[i] }).len()).1;
        let (once, twice) = (work(0), work(1));
        if once > FEW * cases.len() as u64 && twice as f64 > TOO_MUCH * once as f64 {
            wrong.push(format!("{}: {once} looks at objects, {twice} for twice as much", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{} rules grow too fast:\n{}", wrong.len(), wrong.join("\n"));
}
