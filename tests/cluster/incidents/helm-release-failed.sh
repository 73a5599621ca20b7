# The migration that must run before an upgrade fails: the release is marked failed, and the old version goes on.
# rule: helm-release-failed|job-failed
# object: Secret/production/sh.helm.release.v1.shepherd.v2|Job/production/shepherd-migration|Deployment/production/shepherd
# never: rollout-stuck helm-release-pending container-exits-cleanly
make() {
  before_release; release install --wait --timeout 120s; service_ready; seed; requests 20
  ! release upgrade --timeout 90s --set image.tag=1.4.3 --set-json 'migration=["sh", "-c", "echo ERROR migration 0043: index configurations_environment exists already; exit 3"]'
}
settle() { grep -q 'pre-upgrade hooks failed' "$LOGS/helm.log"; requests 5; }
