# A trap: somebody takes replicas away, and the pods that must go are still ending their work.
# rule: none
# object: -
# never: pod-stuck-terminating rollout-stuck readiness-probe-failing
make() {
  service 'deployment(.spec.replicas = 4) | pod(.terminationGracePeriodSeconds = 60) | container(.lifecycle = {preStop: {exec: {command: ["sleep", "45"]}}})'; service_ready; seed; requests 20
  kubectl -n production scale deployment shepherd --replicas=2 >/dev/null
}
settle() { until_true 20 "pods are ending" some_pod production '.metadata.deletionTimestamp'; sleep 5; requests 10; }
