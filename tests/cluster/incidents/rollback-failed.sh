# The rollback brings back a reference to a Secret that was removed when the newer version came: its pods cannot start.
# rule: rollback-failed|secret-missing
# object: Secret/production/shepherd-secret|Secret/production/sh.helm.release.v1.shepherd.v3|Deployment/production/shepherd
# never: rollout-stuck helm-release-pending
make() {
  before_release; release install --wait --timeout 120s; service_ready; seed; requests 10
  kubectl -n production get secret shepherd-secret -o json | jq '.metadata = {name: "shepherd-credentials", namespace: "production"}' | kubectl apply -f - >/dev/null
  release upgrade --wait --timeout 120s --set secret.name=shepherd-credentials
  kubectl -n production delete secret shepherd-secret >/dev/null
  ! release rollback 1 --wait --timeout 30s
}
settle() { until_true 60 "a container waits for its configuration" waiting production CreateContainerConfigError; requests 5; }
