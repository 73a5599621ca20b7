//! Log signatures, as data: which lines of a log are worth keeping, and what they are called.
//!
//! The analyzer looks for all of them in one pass over each log; rules then ask for hits by id.

mod access;
mod certificates;
mod connection;
mod control_plane;
mod coredns;
pub(crate) mod crash;
mod database;
mod databases;
mod envoy_replies;
mod gunicorn;
mod ingress_nginx;
mod log_rotation;
mod mesh;
mod mongod;
mod monitoring;
mod names;
mod node_network;
mod performance;
mod python;
mod resources;
mod rollout;
mod startup;

use tarbox_model::log::Signature;

/// Every group of signatures.
static GROUPS: &[&[Signature]] = &[
    access::SIGNATURES,
    certificates::SIGNATURES,
    connection::SIGNATURES,
    control_plane::SIGNATURES,
    coredns::SIGNATURES,
    crash::SIGNATURES,
    database::SIGNATURES,
    databases::SIGNATURES,
    envoy_replies::SIGNATURES,
    gunicorn::SIGNATURES,
    ingress_nginx::SIGNATURES,
    log_rotation::SIGNATURES,
    mesh::SIGNATURES,
    mongod::SIGNATURES,
    monitoring::SIGNATURES,
    names::SIGNATURES,
    node_network::SIGNATURES,
    performance::SIGNATURES,
    python::SIGNATURES,
    resources::SIGNATURES,
    rollout::SIGNATURES,
    startup::SIGNATURES,
];

/// Every signature.
pub fn all() -> impl Iterator<Item = &'static Signature> {
    GROUPS.iter().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Whether a signature takes a line, as the analyzer's scanner decides it.
    fn takes(signature: &Signature, line: &str) -> bool {
        let lower = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(&w.to_ascii_lowercase()));
        let pattern = regex::Regex::new(signature.pattern).expect(signature.id);
        has(signature.literals) && !has(signature.unless) && pattern.is_match(line)
    }

    #[test]
    fn examples_match_and_near_misses_do_not() {
        let mut ids = BTreeSet::new();
        let mut wrong = Vec::new();
        for signature in all() {
            assert!(ids.insert(signature.id), "{} stands twice", signature.id);
            assert!(!signature.literals.is_empty() && signature.literals.iter().all(|l| l.len() >= 3), "{}: literals", signature.id);
            assert!(!signature.examples.is_empty(), "{} has no example", signature.id);
            wrong.extend(signature.examples.iter().filter(|l| !takes(signature, l)).map(|l| format!("{} should take: {l}", signature.id)));
            let near = signature.counterexamples.iter().filter(|l| takes(signature, l));
            wrong.extend(near.map(|l| format!("{} should not take: {l}", signature.id)));
        }
        assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
    }
}
