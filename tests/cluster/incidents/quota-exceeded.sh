# The quota of the namespace leaves room for one of two replicas.
# rule: quota-exceeded
# object: ResourceQuota/production/team-quota|Namespace/production|Deployment/production/shepherd
# never: pod-pending rollout-stuck
make() {
  kubectl create namespace production --save-config >/dev/null
  kubectl -n production create quota team-quota --hard=requests.cpu=60m,pods=10 >/dev/null
  service
}
settle() { until_true 60 "the quota refuses a pod" event production FailedCreate 'exceeded quota: team-quota'; }
