# The metrics API is announced and its Service does not exist: discovery of that group fails.
# rule: api-service-unavailable|metrics-api-unavailable
# object: APIService/v1beta1.metrics.k8s.io
# never: service-missing
make() {
  healthy_service
  kubectl apply -f - >/dev/null <<<'{"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": {"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true, "service": {"namespace": "kube-system", "name": "metrics-server"}}}'
}
settle() { until_true 30 "the API is not available" unavailable; }
unavailable() { kubectl get apiservice v1beta1.metrics.k8s.io -o json | jq -e 'any(.status.conditions[]?; .type == "Available" and .status == "False")'; }
end() { kubectl delete apiservice v1beta1.metrics.k8s.io --ignore-not-found >/dev/null; }
