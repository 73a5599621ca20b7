# A trap: everything was installed at once, the service fell over its missing database a few times, and is well since the database is there.
# rule: none
# object: -
# never: crash-loop database-unreachable mongodb-down database-name-unresolved readiness-probe-failing
make() {
  kubectl create --dry-run=client -o json -f "$MANIFESTS/20-shepherd.yaml" | kubectl apply -f - >/dev/null
  until_true 90 "it falls over its database" restarted production 2
  kubectl apply -f "$MANIFESTS/10-database.yaml" >/dev/null
  service_ready; seed
}
settle() { requests 60 0.2; }
