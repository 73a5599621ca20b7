# The limit range of the namespace allows less memory than the container asks for.
# rule: limit-range-violation
# object: LimitRange/production/team-limits|Deployment/production/shepherd
# never: quota-exceeded
make() {
  kubectl create namespace production --save-config >/dev/null
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "team-limits"}, "spec": {"limits": [{"type": "Container", "max": {"memory": "128Mi"}}]}}'
  service
}
settle() { until_true 60 "the limit range refuses a pod" event production FailedCreate 'maximum memory usage per Container is 128Mi'; }
