# A trap: a node is cordoned and empty, as its maintainers want it, and everything runs on the other one.
# rule: none
# object: -
# never: node-cordoned node-not-ready
# nodes: 2
make() {
  healthy_service
  kubectl drain $NODE2 --ignore-daemonsets --delete-emptydir-data --timeout=60s >/dev/null 2>&1
  service_ready
}
settle() { requests 30 0.2; }
end() { kubectl uncordon $NODE2 >/dev/null 2>&1 || true; }
