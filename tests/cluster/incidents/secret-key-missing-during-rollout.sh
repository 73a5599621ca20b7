# The new version asks for a key that the Secret does not have, and the old pods were stopped first: the ingress answers 503.
# rule: secret-key-missing
# object: Secret/production/shepherd-secret
# never: secret-missing mongodb-down rollout-stuck service-without-ready-endpoints ingress-upstream-errors service-selector-mismatch
# compound: ingress-upstream-errors service-without-ready-endpoints
make() {
  local recreate='deployment(.spec.strategy = {type: "Recreate"})'
  service "$recreate"; service_ready; seed; requests 30
  service "$recreate | source(\"MONGODB_URI\"; .secretKeyRef.key = \"mongodb-url\")"
}
settle() { until_true 90 "a container waits for its configuration" waiting production CreateContainerConfigError; requests 20; until_true 90 "the roll-out is given up" kubectl -n production wait --for=condition=Progressing=False deployment/shepherd --timeout=1s; }
