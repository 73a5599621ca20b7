# A node was drained, and the only other one is set aside by a taint: everything that ran there waits.
# rule: taint-not-tolerated|node-cordoned
# object: Node/node-1|Node/node-2|Deployment/production/shepherd
# never: pod-pending service-without-ready-endpoints ingress-upstream-errors rollout-stuck
# compound: pod-pending ingress-upstream-errors
# nodes: 2
make() {
  service 'object("StatefulSet"; "mongodb"; .spec.template.spec.tolerations = [{operator: "Exists"}] | .spec.template.spec.nodeSelector = {"kubernetes.io/hostname": "node-1"})'
  kubectl taint node $NODE dedicated=ingress:NoSchedule --overwrite >/dev/null
  kubectl -n production delete pods --all >/dev/null; service_ready; seed; requests 10
  kubectl drain $NODE2 --ignore-daemonsets --delete-emptydir-data --disable-eviction --timeout=60s >/dev/null 2>&1
}
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'untolerated taint'; requests 10; }
end() { kubectl taint node $NODE dedicated- >/dev/null; }
