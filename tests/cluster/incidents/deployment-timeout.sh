# The upgrade waits twenty seconds for pods that take forty: it is marked failed, and everything is well a little later.
# rule: deployment-timeout|helm-release-failed
# object: Secret/production/sh.helm.release.v1.shepherd.v2|Deployment/production/shepherd
# never: rollout-stuck crash-loop liveness-probe-too-early readiness-probe-failing
make() {
  before_release; release install --wait --timeout 120s; service_ready; seed; requests 10
  ! release upgrade --wait --timeout 20s --set environment.FAULT_SLOW_START=25
}
settle() { kubectl -n production rollout status deployment/shepherd --timeout=180s >/dev/null; requests 10; }
