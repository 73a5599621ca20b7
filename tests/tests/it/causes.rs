//! Causes and their consequences: one true root, everything that follows from it folded.

use std::collections::BTreeMap;

use tarbox_analyzer::conclude;
use tarbox_load::load;
use tarbox_tests::case::Case;

use crate::judged::{fixtures, judge, scanner};

#[test]
fn causes_explain_their_consequences() {
    let cases = Case::all_in(&fixtures().join("causes"));
    assert!(!cases.is_empty());
    let mut all = Vec::new();
    for case in &cases {
        assert!(case.roots.is_some(), "{}: no `root:`", case.file.display());
        let (_, complaints) = judge(case);
        let name = case.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        all.extend(complaints.into_iter().map(|c| format!("{name}: {c}")));
    }
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}

#[test]
fn each_consequence_says_by_what_relations_it_hangs_on_its_cause() {
    let bundle = fixtures().join("scenarios/node-not-ready.tar.zst");
    let analysis = conclude(&load(&bundle, scanner()).unwrap(), "case.tar.zst");
    let key = |i: usize| analysis.findings[i].finding.key();
    let root = analysis.roots[0];
    assert_eq!(key(root), "kubelet-unavailable:Node/node-1");
    let said: BTreeMap<String, String> = (analysis.findings[root].explains.iter())
        .map(|&i| {
            let way = analysis.ways.get(&(root, i)).map(Vec::as_slice).unwrap_or_default();
            (key(i), way.iter().map(|(relation, object)| format!("{} {object}", relation.as_str())).collect::<Vec<_>>().join(", "))
        })
        .collect();
    let node = "Node/node-1";
    for (consequence, way) in [
        ("coredns-unavailable:Deployment/kube-system/coredns", format!("runs on {node}")),
        ("service-without-ready-endpoints:Service/kube-system/kube-dns", format!("selects Deployment/kube-system/coredns, runs on {node}")),
        ("service-without-ready-endpoints:Service/production/shepherd", format!("selects Deployment/production/shepherd, runs on {node}")),
        ("service-without-ready-endpoints:Service/mongodb/mongodb", format!("selects StatefulSet/mongodb/mongodb, runs on {node}")),
    ] {
        assert_eq!(said.get(consequence), Some(&way), "{said:#?}");
    }
}
