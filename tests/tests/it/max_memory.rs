//! A cluster larger than the memory that a run may take: the trouble is found all the same, and what was left out is told.

use tarbox_analyzer::conclude;
use tarbox_load::{load, load_within};
use tarbox_tests::crowd::{self, Size};
use tarbox_tests::growth;

use crate::judged::{fixtures, scanner};

/// The hundredth copy fails; copies share a namespace by twenty.
const PODS: usize = 800;

#[test]
fn of_a_cluster_too_large_the_troubled_part_is_read() {
    let scenario = |name: &str| growth::of_bundle(&fixtures().join("scenarios").join(name).with_extension("tar.zst"));
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("crowd.tar.zst");
    crowd::write(&scenario("healthy"), &scenario("out-of-memory-killed"), Size::Pods(PODS), &bundle);
    let whole = load(&bundle, scanner()).unwrap();
    let part = load_within(&bundle, scanner(), Some(1)).unwrap();

    // What the cluster has once is there, and so is the namespace of the failing copy, whole; most others are not.
    assert_eq!(part.nodes.len(), whole.nodes.len());
    assert!(part.pods.len() * 2 < whole.pods.len(), "{} of {} pods", part.pods.len(), whole.pods.len());
    let namespaces = &part.facts.namespaces;
    let kept = |namespace: &str| namespaces.iter().any(|kept| kept == namespace);
    assert_eq!(part.pods.len(), whole.pods.iter().filter(|pod| kept(&pod.metadata.namespace)).count());
    assert!(part.pods.iter().all(|pod| kept(&pod.metadata.namespace)) && whole.facts.namespaces.is_empty());

    // It is said, in numbers.
    let said: Vec<&str> = part.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(said.len() == 1 && said[0].contains("--max-memory"), "{said:?}");

    // And the cause is the same.
    let first = |snapshot| {
        let analysis = conclude(snapshot, "crowd.tar.zst");
        analysis.roots.first().map(|&root| analysis.findings[root].finding.key()).unwrap()
    };
    assert_eq!(first(&part), first(&whole));
    assert!(first(&part).starts_with("out-of-memory-killed"));
}

#[test]
fn what_fits_is_read_whole() {
    let bundle = fixtures().join("scenarios/out-of-memory-killed.tar.zst");
    let (whole, within) = (load(&bundle, scanner()).unwrap(), load_within(&bundle, scanner(), Some(512 << 20)).unwrap());
    assert_eq!((whole.pods, whole.events, whole.problems), (within.pods, within.events, within.problems));
    assert!(within.facts.namespaces.is_empty());
}
