# Somebody ended helm in the middle of an upgrade: the release stays pending, and every further upgrade is refused.
# rule: helm-release-pending
# object: HelmRelease/production/shepherd|Secret/production/sh.helm.release.v1.shepherd.v2|Deployment/production/shepherd
# never: helm-release-failed rollout-stuck
make() {
  before_release; release install --wait --timeout 120s; service_ready; seed; requests 20
  ! timeout -s KILL 6 helm upgrade shepherd "$HERE/service/chart" -n production --wait --set environment.FAULT_SLOW_START=20 >/dev/null 2>&1
}
settle() {
  ! release upgrade --set environment.RELEASE=1.4.3; grep -q 'another operation' "$LOGS/helm.log"
  kubectl -n production rollout status deployment/shepherd --timeout=120s >/dev/null; requests 5; sleep 25
}
