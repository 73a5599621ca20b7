# A trap: a bad version crashed, was rolled back, and everything is well again.
# rule: none
# object: -
# never: environment-variable-missing crash-loop rollout-stuck
make() {
  healthy_service
  service 'container(.env |= map(select(.name != "SECRET_KEY")))'
  until_true 90 "the bad version is restarted" restarted production 1
  kubectl -n production rollout undo deployment shepherd >/dev/null
  service_ready
}
settle() { until_true 60 "the bad pods are gone" gone; requests 20 0.1; }
gone() { [ "$(kubectl -n production get pods -o name | wc -l)" = 2 ]; }
