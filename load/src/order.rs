//! The promised order of every list, whatever order a bundle has.

use std::cmp::Ordering;

use rayon::prelude::*;

use tarbox_model::object::{Kind, Object};
use tarbox_model::snapshot::Snapshot;

/// Puts every list into its promised order. Loading ends with this; whoever puts a snapshot together by hand does so too.
pub fn sort(snapshot: &mut Snapshot) {
    rayon::scope(|scope| {
        // The long ones first, so that no thread is left with one at the end.
        scope.spawn(|_| {
            arrange(&mut snapshot.events, |a, b| {
                (a.last_seen(), &a.metadata.namespace, &a.metadata.name, &a.origin).cmp(&(
                    b.last_seen(),
                    &b.metadata.namespace,
                    &b.metadata.name,
                    &b.origin,
                ))
            });
        });
        scope.spawn(|_| by_name(&mut snapshot.pods));
        scope.spawn(|_| by_name(&mut snapshot.endpoint_slices));
        scope.spawn(|_| by_name(&mut snapshot.config_maps));
        scope.spawn(|_| by_name(&mut snapshot.replica_sets));
        scope.spawn(|_| by_name(&mut snapshot.deployments));
        scope.spawn(|_| by_name(&mut snapshot.nodes));
        scope.spawn(|_| by_name(&mut snapshot.namespaces));
        scope.spawn(|_| by_name(&mut snapshot.stateful_sets));
        scope.spawn(|_| by_name(&mut snapshot.daemon_sets));
        scope.spawn(|_| by_name(&mut snapshot.controller_revisions));
        scope.spawn(|_| by_name(&mut snapshot.jobs));
        scope.spawn(|_| by_name(&mut snapshot.cron_jobs));
        scope.spawn(|_| by_name(&mut snapshot.services));
        scope.spawn(|_| by_name(&mut snapshot.endpoints));
        scope.spawn(|_| by_name(&mut snapshot.ingresses));
        scope.spawn(|_| by_name(&mut snapshot.ingress_classes));
        scope.spawn(|_| by_name(&mut snapshot.secrets));
        scope.spawn(|_| by_name(&mut snapshot.service_accounts));
        scope.spawn(|_| by_name(&mut snapshot.roles));
        scope.spawn(|_| by_name(&mut snapshot.role_bindings));
        scope.spawn(|_| by_name(&mut snapshot.persistent_volumes));
        scope.spawn(|_| by_name(&mut snapshot.persistent_volume_claims));
        scope.spawn(|_| by_name(&mut snapshot.storage_classes));
        scope.spawn(|_| by_name(&mut snapshot.resource_quotas));
        scope.spawn(|_| by_name(&mut snapshot.limit_ranges));
        scope.spawn(|_| by_name(&mut snapshot.network_policies));
        scope.spawn(|_| by_name(&mut snapshot.disruption_budgets));
        scope.spawn(|_| by_name(&mut snapshot.autoscalers));
        scope.spawn(|_| by_name(&mut snapshot.leases));
        scope.spawn(|_| by_name(&mut snapshot.api_services));
        scope.spawn(|_| {
            arrange(&mut snapshot.custom, |a, b| {
                (&a.kind, &a.metadata.namespace, &a.metadata.name, &a.origin).cmp(&(
                    &b.kind,
                    &b.metadata.namespace,
                    &b.metadata.name,
                    &b.origin,
                ))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.logs, |a, b| {
                (&a.namespace, &a.pod, &a.container, a.run, &a.path).cmp(&(&b.namespace, &b.pod, &b.container, b.run, &b.path))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.container_usage, |a, b| {
                (&a.namespace, &a.pod, &a.container, a.time, &a.origin).cmp(&(&b.namespace, &b.pod, &b.container, b.time, &b.origin))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.throttling, |a, b| {
                (&a.namespace, &a.pod, &a.container, a.sample, &a.origin).cmp(&(&b.namespace, &b.pod, &b.container, b.sample, &b.origin))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.volume_usage, |a, b| {
                (&a.namespace, &a.pod, &a.volume, &a.origin).cmp(&(&b.namespace, &b.pod, &b.volume, &b.origin))
            })
        });
        scope.spawn(|_| arrange(&mut snapshot.node_usage, |a, b| (&a.node, a.time, &a.origin).cmp(&(&b.node, b.time, &b.origin))));
        scope.spawn(|_| arrange(&mut snapshot.http, |a, b| (&a.target, &a.origin).cmp(&(&b.target, &b.origin))));
        scope.spawn(|_| {
            arrange(&mut snapshot.certificates, |a, b| {
                (&a.kind, &a.namespace, &a.name, &a.field, a.index).cmp(&(&b.kind, &b.namespace, &b.name, &b.field, b.index))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.helm_releases, |a, b| (&a.namespace, &a.name, &a.origin).cmp(&(&b.namespace, &b.name, &b.origin)))
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.mongo_answers, |a, b| {
                (&a.namespace, &a.pod, &a.command, &a.origin).cmp(&(&b.namespace, &b.pod, &b.command, &b.origin))
            })
        });
        scope.spawn(|_| {
            arrange(&mut snapshot.alerts, |a, b| (&a.object, &a.name, &a.text, &a.origin).cmp(&(&b.object, &b.name, &b.text, &b.origin)))
        });
        scope.spawn(|_| arrange(&mut snapshot.node_units, |a, b| (&a.node, &a.unit, &a.origin).cmp(&(&b.node, &b.unit, &b.origin))));
    });
    snapshot.problems.sort();
    snapshot.problems.dedup();
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
