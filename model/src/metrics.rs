//! Resource samples: from metrics.k8s.io and from the kubelet.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::evidence::{Evidence, Origin};

/// Usage of one container at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContainerUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer of the sample inside the origin.
    pub pointer: String,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// When.
    pub time: Option<Timestamp>,
    /// Cores in use.
    pub cpu: Option<f64>,
    /// Working set in bytes.
    pub memory: Option<f64>,
    /// Bytes that its root file system and logs take.
    pub disk: Option<f64>,
    /// Bytes that its logs take, all files that the node keeps of them.
    pub logs: Option<f64>,
}

/// CPU periods of one container since it began, from cadvisor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Throttling {
    /// Where it was read; the line is that of the throttled counter.
    pub origin: Origin,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// Which sample of the run, from 0.
    pub sample: u32,
    /// Periods.
    pub periods: f64,
    /// Periods in which it was held back.
    pub throttled: f64,
    /// The line as it stands.
    pub quote: String,
}

/// Namespace, pod, container.
pub type Place<'a> = (&'a str, &'a str, &'a str);

/// How often a container was held back at its CPU limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Throttled {
    /// Of all periods, 0 to 1.
    pub share: f64,
    /// Periods that were counted.
    pub periods: f64,
    /// Whether it is about now (between two samples) rather than about the whole life.
    pub now: bool,
    /// The counter.
    pub evidence: Evidence,
}

impl Throttled {
    /// Periods (100 ms each) between two samples from which on their share means something.
    const ENOUGH_NOW: f64 = 10.0;
    /// Periods of a life from which on their share means something.
    const ENOUGH_EVER: f64 = 100.0;

    /// Of every container with counters: the share of its periods in which it was held back. Two samples tell of now; where
    /// there is one, or nothing ran between them, the whole life has to do.
    pub fn by_container(samples: &[Throttling]) -> BTreeMap<Place<'_>, Self> {
        let mut by_place: BTreeMap<Place<'_>, Vec<&Throttling>> = BTreeMap::new();
        for sample in samples {
            by_place.entry((&sample.namespace, &sample.pod, &sample.container)).or_default().push(sample);
        }
        by_place.into_iter().filter_map(|(place, samples)| Some((place, Self::of(&samples)?))).collect()
    }

    fn of(samples: &[&Throttling]) -> Option<Self> {
        let (first, last) = (samples.first()?, samples.last()?);
        let evidence = Evidence::line(last.origin.path.clone(), last.origin.line, last.quote.as_str());
        let (periods, held) = (last.periods - first.periods, last.throttled - first.throttled);
        // Counters that went back belong to another run of the container.
        if periods >= Self::ENOUGH_NOW && held >= 0.0 {
            return Some(Self { share: held / periods, periods, now: true, evidence });
        }
        let share = last.throttled / last.periods;
        (last.periods >= Self::ENOUGH_EVER).then_some(Self { share, periods: last.periods, now: false, evidence })
    }
}

/// State of a volume as the kubelet sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VolumeUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer inside the origin.
    pub pointer: String,
    /// Namespace.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Volume.
    pub volume: String,
    /// Claim, if the volume is one.
    pub claim: String,
    /// Bytes in all.
    pub capacity: f64,
    /// Bytes used.
    pub used: f64,
    /// Bytes left.
    pub available: f64,
    /// Files that still fit, where the kubelet counts them.
    pub inodes_free: Option<f64>,
}

/// Usage of a node at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeUsage {
    /// Where it was read.
    pub origin: Origin,
    /// JSON pointer inside the origin.
    pub pointer: String,
    /// Node.
    pub node: String,
    /// When.
    pub time: Option<Timestamp>,
    /// Cores in use.
    pub cpu: Option<f64>,
    /// Working set in bytes.
    pub memory: Option<f64>,
    /// Bytes left on its file system.
    pub disk_available: Option<f64>,
    /// Bytes of its file system.
    pub disk_capacity: Option<f64>,
}

/// An HTTP answer of a component's health endpoint, or of a Service through the API server's proxy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HttpAnswer {
    /// Where it was read.
    pub origin: Origin,
    /// What was asked: `readyz`, or `namespace/service:port/path`.
    pub target: String,
    /// What it was asked for: `ServiceMonitor/NAME`, `Deployment/NAME readinessProbe`, an annotation.
    pub why: Vec<String>,
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// Whether the API server answered, because nobody behind the Service did.
    pub by_api_server: bool,
    /// Content type.
    pub content_type: String,
    /// Head of the body.
    pub body: String,
    /// Milliseconds until the answer.
    pub millis: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(periods: f64, throttled: f64) -> Throttling {
        Throttling { periods, throttled, quote: "x".to_owned(), ..Throttling::default() }
    }

    #[test]
    fn two_samples_tell_of_now_and_one_of_the_whole_life() {
        let share_of = |samples: &[Throttling]| Throttled::by_container(samples).into_values().next().map(|s| (s.share, s.now));
        assert_eq!(share_of(&[sample(1000.0, 900.0), sample(1100.0, 900.0)]), Some((0.0, true)));
        assert_eq!(share_of(&[sample(1000.0, 100.0), sample(1100.0, 190.0)]), Some((0.9, true)));
        assert_eq!(share_of(&[sample(1000.0, 600.0)]), Some((0.6, false)));
        assert_eq!(share_of(&[sample(1000.0, 600.0), sample(500.0, 100.0)]), Some((0.2, false)));
        assert_eq!(share_of(&[sample(50.0, 50.0)]), None);
    }
}
