# A trap: pods waited while the node was cordoned, and were placed when it was released. The warnings are still there.
# rule: none
# object: -
# never: pod-pending node-cordoned
make() {
  healthy_service; kubectl cordon $NODE >/dev/null; kubectl -n production rollout restart deployment shepherd >/dev/null
  until_true 60 "the scheduler says so" event production FailedScheduling "unschedulable"
  kubectl uncordon $NODE >/dev/null; service_ready
}
settle() { until_true 60 "the old pods are gone" gone; requests 30 0.2; }
gone() { [ "$(kubectl -n production get pods -o name | wc -l)" = 2 ]; }
end() { kubectl uncordon $NODE >/dev/null; }
