//! CPU of containers: how often they were held back, and how near to their limit they are.

use std::collections::BTreeMap;

use tarbox_model::metrics::{ContainerUsage, Throttling};
use tarbox_model::{Evidence, Snapshot, quantity};

/// Namespace, pod, container.
pub(super) type Place<'a> = (&'a str, &'a str, &'a str);

/// How often a container was held back.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// Of all periods, 0 to 1.
    pub(super) share: f64,
    /// Periods that were counted.
    pub(super) periods: f64,
    /// Whether it is about now (between two samples) rather than about the whole life.
    pub(super) now: bool,
    /// The counter.
    pub(super) evidence: Evidence,
}

/// Periods (100 ms each) between two samples from which on their share means something.
const ENOUGH_NOW: f64 = 10.0;
/// Periods of a life from which on their share means something.
const ENOUGH_EVER: f64 = 100.0;

/// Of every container with counters: the share of its periods in which it was held back. Two samples tell of now; where
/// there is one, or nothing ran between them, the whole life has to do.
pub(super) fn throttled(snapshot: &Snapshot) -> BTreeMap<Place<'_>, Share> {
    let mut by_place: BTreeMap<Place<'_>, Vec<&Throttling>> = BTreeMap::new();
    for sample in &snapshot.throttling {
        by_place.entry((&sample.namespace, &sample.pod, &sample.container)).or_default().push(sample);
    }
    by_place.into_iter().filter_map(|(place, samples)| Some((place, share(&samples)?))).collect()
}

fn share(samples: &[&Throttling]) -> Option<Share> {
    let (first, last) = (samples.first()?, samples.last()?);
    let evidence = Evidence::line(last.origin.path.clone(), last.origin.line, last.quote.as_str());
    let (periods, held) = (last.periods - first.periods, last.throttled - first.throttled);
    // Counters that went back belong to another run of the container.
    if periods >= ENOUGH_NOW && held >= 0.0 {
        return Some(Share { share: held / periods, periods, now: true, evidence });
    }
    (last.periods >= ENOUGH_EVER).then(|| Share { share: last.throttled / last.periods, periods: last.periods, now: false, evidence })
}

/// Cores that a container may use, by its own limit.
pub(super) fn limit(container: &tarbox_model::object::Container) -> Option<f64> {
    container.resources.limits.get("cpu").and_then(|l| quantity::parse(l)).filter(|l| *l > 0.0)
}

/// Samples of a container's CPU, oldest first.
pub(super) fn samples<'a>(snapshot: &'a Snapshot, namespace: &str, pod: &str, container: &str) -> Vec<(f64, &'a ContainerUsage)> {
    let list = &snapshot.container_usage;
    let key = (namespace, pod, container);
    let start = list.partition_point(|u| (u.namespace.as_str(), u.pod.as_str(), u.container.as_str()) < key);
    let mine = list.iter().skip(start).take_while(|u| (u.namespace.as_str(), u.pod.as_str(), u.container.as_str()) == key);
    mine.filter_map(|u| Some((u.cpu?, u))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(periods: f64, throttled: f64) -> Throttling {
        Throttling { periods, throttled, quote: "x".to_owned(), ..Throttling::default() }
    }

    #[test]
    fn two_samples_tell_of_now_and_one_of_the_whole_life() {
        let share_of = |samples: &[Throttling]| share(&samples.iter().collect::<Vec<_>>()).map(|s| (s.share, s.now));
        assert_eq!(share_of(&[sample(1000.0, 900.0), sample(1100.0, 900.0)]), Some((0.0, true)));
        assert_eq!(share_of(&[sample(1000.0, 100.0), sample(1100.0, 190.0)]), Some((0.9, true)));
        assert_eq!(share_of(&[sample(1000.0, 600.0)]), Some((0.6, false)));
        assert_eq!(share_of(&[sample(1000.0, 600.0), sample(500.0, 100.0)]), Some((0.2, false)));
        assert_eq!(share_of(&[sample(50.0, 50.0)]), None);
    }
}
