# The quota counts processor limits, and the pods have none: every pod must say what it takes, or it is refused.
# rule: quota-exceeded
# object: ResourceQuota/production/team-quota|Namespace/production|Deployment/production/shepherd
# never: pod-pending rollout-stuck limit-range-violation
make() {
  kubectl create namespace production --save-config >/dev/null
  kubectl -n production create quota team-quota --hard=limits.cpu=2 >/dev/null
  service 'container(del(.resources.limits.cpu))'
}
settle() { until_true 60 "the quota refuses a pod" event production FailedCreate 'must specify limits.cpu'; }
