# The quota has room for the pods that run and not for one more: the new version cannot start beside the old one, and the roll-out gives up.
# rule: quota-exceeded
# object: ResourceQuota/production/team-quota|Namespace/production|Deployment/production/shepherd
# never: rollout-stuck pod-pending service-without-ready-endpoints deployment-timeout
# compound: rollout-stuck
make() {
  kubectl create namespace production --save-config >/dev/null
  kubectl -n production create quota team-quota --hard=limits.memory=600Mi,requests.memory=200Mi,limits.cpu=4,requests.cpu=1 >/dev/null
  healthy_service
  service 'pod(.containers[0].env += [{name: "RELEASE", value: "1.4.3"}])'
}
settle() {
  until_true 60 "the quota refuses a pod" event production FailedCreate 'exceeded quota: team-quota'; requests 5
  until_true 90 "the roll-out is given up" kubectl -n production wait --for=condition=Progressing=False deployment/shepherd --timeout=1s
}
