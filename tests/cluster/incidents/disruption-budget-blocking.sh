# A node is being drained, and the budget of the service allows no pod to go: the drain hangs.
# rule: disruption-budget-blocking
# object: PodDisruptionBudget/production/shepherd|Node/node-2
# never: node-cordoned pod-pending
# nodes: 2
make() {
  service 'object("PodDisruptionBudget"; "shepherd"; .spec |= (del(.maxUnavailable) | .minAvailable = 2)) | pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"})'; service_ready; seed; requests 20
  kubectl drain $NODE2 --ignore-daemonsets --delete-emptydir-data --timeout=20s >"$LOGS/drain.log" 2>&1 || true
}
settle() { grep -q "violate the pod's disruption budget" "$LOGS/drain.log"; requests 5; }
end() { kubectl uncordon $NODE2 >/dev/null; }
