# metrics-server does not start, so that the metrics API has nobody behind it and the autoscaler no figures.
# rule: metrics-api-unavailable|api-service-unavailable|application-startup-failure
# object: APIService/v1beta1.metrics.k8s.io|Deployment/kube-system/metrics-server
# never: crash-loop autoscaler-without-metrics system-pod-failing connection-timeout
# compound: autoscaler-without-metrics
make() {
  part metrics-server; healthy_service
  kubectl -n kube-system patch deployment metrics-server --type=json -p '[{"op": "add", "path": "/spec/template/spec/containers/0/command/-", "value": "--metric-resolution=soon"}, {"op": "add", "path": "/spec/strategy", "value": {"type": "Recreate"}}]' >/dev/null
  kubectl -n production autoscale deployment shepherd --cpu=70% --min=2 --max=6 >/dev/null
}
settle() { until_true 90 "metrics-server is restarted" restarted kube-system 2; until_true 90 "the autoscaler has no figures" event production FailedGetResourceMetric 'unable to (get|fetch) metrics'; }
end() { without_part metrics-server; }
