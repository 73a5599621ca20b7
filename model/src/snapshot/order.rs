//! The promised order of every list, whatever order a bundle has.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::Snapshot;
use crate::object::{Kind, Object};

impl Snapshot {
    /// Puts every list into its promised order. Loading ends with this.
    pub fn sort(&mut self) {
        rayon::scope(|scope| {
            // The long ones first, so that no thread is left with one at the end.
            scope.spawn(|_| {
                arrange(&mut self.events, |a, b| {
                    (a.last_seen(), &a.metadata.namespace, &a.metadata.name, &a.origin).cmp(&(
                        b.last_seen(),
                        &b.metadata.namespace,
                        &b.metadata.name,
                        &b.origin,
                    ))
                });
            });
            scope.spawn(|_| by_name(&mut self.pods));
            scope.spawn(|_| by_name(&mut self.endpoint_slices));
            scope.spawn(|_| by_name(&mut self.config_maps));
            scope.spawn(|_| by_name(&mut self.replica_sets));
            scope.spawn(|_| by_name(&mut self.deployments));
            scope.spawn(|_| by_name(&mut self.nodes));
            scope.spawn(|_| by_name(&mut self.namespaces));
            scope.spawn(|_| by_name(&mut self.stateful_sets));
            scope.spawn(|_| by_name(&mut self.daemon_sets));
            scope.spawn(|_| by_name(&mut self.controller_revisions));
            scope.spawn(|_| by_name(&mut self.jobs));
            scope.spawn(|_| by_name(&mut self.cron_jobs));
            scope.spawn(|_| by_name(&mut self.services));
            scope.spawn(|_| by_name(&mut self.endpoints));
            scope.spawn(|_| by_name(&mut self.ingresses));
            scope.spawn(|_| by_name(&mut self.ingress_classes));
            scope.spawn(|_| by_name(&mut self.secrets));
            scope.spawn(|_| by_name(&mut self.service_accounts));
            scope.spawn(|_| by_name(&mut self.roles));
            scope.spawn(|_| by_name(&mut self.role_bindings));
            scope.spawn(|_| by_name(&mut self.persistent_volumes));
            scope.spawn(|_| by_name(&mut self.persistent_volume_claims));
            scope.spawn(|_| by_name(&mut self.storage_classes));
            scope.spawn(|_| by_name(&mut self.resource_quotas));
            scope.spawn(|_| by_name(&mut self.limit_ranges));
            scope.spawn(|_| by_name(&mut self.network_policies));
            scope.spawn(|_| by_name(&mut self.disruption_budgets));
            scope.spawn(|_| by_name(&mut self.autoscalers));
            scope.spawn(|_| by_name(&mut self.leases));
            scope.spawn(|_| by_name(&mut self.api_services));
            scope.spawn(|_| {
                arrange(&mut self.custom, |a, b| {
                    (&a.kind, &a.metadata.namespace, &a.metadata.name, &a.origin).cmp(&(
                        &b.kind,
                        &b.metadata.namespace,
                        &b.metadata.name,
                        &b.origin,
                    ))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.logs, |a, b| {
                    (&a.namespace, &a.pod, &a.container, a.run, &a.path).cmp(&(&b.namespace, &b.pod, &b.container, b.run, &b.path))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.container_usage, |a, b| {
                    (&a.namespace, &a.pod, &a.container, a.time, &a.origin).cmp(&(&b.namespace, &b.pod, &b.container, b.time, &b.origin))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.throttling, |a, b| {
                    (&a.namespace, &a.pod, &a.container, a.sample, &a.origin).cmp(&(
                        &b.namespace,
                        &b.pod,
                        &b.container,
                        b.sample,
                        &b.origin,
                    ))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.volume_usage, |a, b| {
                    (&a.namespace, &a.pod, &a.volume, &a.origin).cmp(&(&b.namespace, &b.pod, &b.volume, &b.origin))
                })
            });
            scope.spawn(|_| arrange(&mut self.node_usage, |a, b| (&a.node, a.time, &a.origin).cmp(&(&b.node, b.time, &b.origin))));
            scope.spawn(|_| arrange(&mut self.http, |a, b| (&a.target, &a.origin).cmp(&(&b.target, &b.origin))));
            scope.spawn(|_| {
                arrange(&mut self.certificates, |a, b| {
                    (&a.kind, &a.namespace, &a.name, &a.field, a.index).cmp(&(&b.kind, &b.namespace, &b.name, &b.field, b.index))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.helm_releases, |a, b| (&a.namespace, &a.name, &a.origin).cmp(&(&b.namespace, &b.name, &b.origin)))
            });
            scope.spawn(|_| {
                arrange(&mut self.mongo_answers, |a, b| {
                    (&a.namespace, &a.pod, &a.command, &a.origin).cmp(&(&b.namespace, &b.pod, &b.command, &b.origin))
                })
            });
            scope.spawn(|_| {
                arrange(&mut self.alerts, |a, b| (&a.object, &a.name, &a.text, &a.origin).cmp(&(&b.object, &b.name, &b.text, &b.origin)))
            });
            scope.spawn(|_| arrange(&mut self.node_units, |a, b| (&a.node, &a.unit, &a.origin).cmp(&(&b.node, &b.unit, &b.origin))));
        });
        self.problems.sort();
        self.problems.dedup();
    }
}

fn by_name<T: Kind + Send + Sync>(list: &mut [Object<T>]) {
    arrange(list, |a, b| {
        let (x, y) = (a.metadata(), b.metadata());
        (&x.namespace, &x.name, &a.origin).cmp(&(&y.namespace, &y.name, &b.origin))
    });
}

/// Sorts stably. An API server lists by namespace and name, so most lists are in order already. Of the others the places are sorted and
/// each item is moved once: most take a kilobyte.
fn arrange<T: Send + Sync>(list: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    if list.is_sorted_by(|a, b| order(a, b).is_le()) {
        return;
    }
    let mut places: Vec<(usize, &T)> = list.iter().enumerate().collect();
    places.par_sort_by(|(_, a), (_, b)| order(a, b));
    let mut places: Vec<usize> = places.into_iter().map(|(place, _)| place).collect();
    for start in 0..places.len() {
        let mut at = start;
        // What belongs here stands `from` there, and so on around the circle, until it is the place where the circle began.
        while let Some(from) = places.get_mut(at).map(|place| std::mem::replace(place, at)).filter(|from| *from != start) {
            list.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arranges_as_a_stable_sort_does() {
        // Every list of up to five of three keys, and a long one.
        let mut lists: Vec<Vec<u32>> = vec![Vec::new()];
        for length in 0..5 {
            let longer: Vec<Vec<u32>> = lists
                .iter()
                .filter(|list| list.len() == length)
                .flat_map(|list| (0..3).map(|key| [list.as_slice(), &[key]].concat()))
                .collect();
            lists.extend(longer);
        }
        lists.push((0..10_000).map(|i: u32| i.wrapping_mul(2_654_435_761) >> 24).collect());
        for keys in lists {
            let mut list: Vec<(u32, usize)> = keys.iter().copied().zip(0..).collect();
            let mut expected = list.clone();
            expected.sort_by_key(|(key, _)| *key);
            arrange(&mut list, |a, b| a.0.cmp(&b.0));
            assert_eq!(list, expected);
        }
    }
}
