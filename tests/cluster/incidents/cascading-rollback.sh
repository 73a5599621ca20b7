# Two versions in a row are broken, and the rollback went to the first of them instead of the last good one.
# rule: cascading-rollback|environment-variable-missing|application-startup-failure
# object: Deployment/production/shepherd|Secret/production/sh.helm.release.v1.shepherd.v4
# never: rollout-stuck crash-loop
# compound: rollout-stuck
make() {
  before_release; release install --wait --timeout 120s; service_ready; seed; requests 10
  ! release upgrade --wait --timeout 20s --set environment.MONGODB_MAX_POOL_SIZE=fifty
  ! release upgrade --wait --timeout 20s --set image.tag=1.4.3 --set image.pullPolicy=Never
  ! release rollback 2 --wait --timeout 20s
}
settle() { until_true 60 "it is restarted" restarted production 2; requests 5; }
