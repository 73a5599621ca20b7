# A HorizontalPodAutoscaler in a cluster that has no metrics API.
# rule: autoscaler-without-metrics|metrics-api-unavailable
# object: HorizontalPodAutoscaler/production/shepherd|APIService/v1beta1.metrics.k8s.io
# never: cpu-saturated
make() { healthy_service; kubectl -n production autoscale deployment shepherd --cpu=70% --min=2 --max=6 >/dev/null; }
settle() { until_true 90 "the autoscaler has no figures" event production FailedGetResourceMetric 'unable to (get|fetch) metrics'; }
