# The database's StatefulSet was scaled to zero: the host in the service's URI has no address any more, and readiness fails.
# rule: mongodb-down|deployment-scaled-to-zero
# object: StatefulSet/mongodb/mongodb
# never: coredns-unavailable dns-misconfigured service-name-unknown service-selector-mismatch readiness-probe-failing
# compound: database-name-unresolved readiness-probe-failing service-without-ready-endpoints ingress-upstream-errors
make() { healthy_service; kubectl -n mongodb scale statefulset mongodb --replicas=0 >/dev/null; }
settle() {
  until_true 60 "the service complains about its database" logged_line 'Failed to connect to MongoDB'
  until_true 60 "no pod of the service is ready" no_endpoints
  requests 5
}
