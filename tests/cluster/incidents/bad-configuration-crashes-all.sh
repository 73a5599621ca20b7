# Somebody renamed a key of the ConfigMap, and with it the file that the service reads; then all pods were replaced at once, and none comes back.
# rule: application-startup-failure|config-file-missing
# object: Deployment/production/shepherd|ConfigMap/production/shepherd-config
# never: crash-loop rollout-stuck service-without-ready-endpoints mongodb-down ingress-upstream-errors
# compound: readiness-probe-failing service-without-ready-endpoints ingress-upstream-errors
make() {
  local recreate='deployment(.spec.strategy = {type: "Recreate"})'
  service "$recreate"; service_ready; seed; requests 20
  service "$recreate | object(\"ConfigMap\"; \"shepherd-config\"; .data |= (.[\"settings.yaml\"] = .[\"config.yaml\"] | del(.[\"config.yaml\"])))"
  kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 90 "the file is missed" logged_line 'FileNotFoundError'; until_true 60 "it is restarted" restarted production 2; requests 10; }
