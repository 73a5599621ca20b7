# The autoscaler has as many replicas as it may, and still they have more to do than they should.
# rule: autoscaler-at-maximum
# object: HorizontalPodAutoscaler/production/shepherd
# never: autoscaler-without-metrics metrics-api-unavailable
make() {
  part metrics-server
  service 'environment("FAULT_BUSY_REQUEST"; "0.05") | container(.resources.limits.cpu = "300m")'; service_ready; seed
  kubectl -n production autoscale deployment shepherd --cpu=50% --min=2 --max=3 >/dev/null
}
settle() { until_true 240 "it is at its maximum" limited; requests 100 0.02; }
limited() { requests 60 0.02; kubectl -n production get hpa shepherd -o json | jq -e '.status.currentReplicas == 3 and any(.status.conditions[]; .type == "ScalingLimited" and .status == "True" and .reason == "TooManyReplicas")'; }
end() { without_part metrics-server; }
