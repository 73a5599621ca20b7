# The database's memory limit is below what it needs: it is killed at every start, and the service has no database.
# rule: out-of-memory-killed
# object: StatefulSet/mongodb/mongodb|Pod/mongodb/mongodb-0
# never: mongodb-down database-unreachable readiness-probe-failing crash-loop memory-leak
# compound: readiness-probe-failing service-without-ready-endpoints
make() {
  healthy_service
  kubectl -n mongodb patch statefulset mongodb --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources", "value": {"requests": {"cpu": "50m", "memory": "6Mi"}, "limits": {"memory": "6Mi"}}}]' >/dev/null
}
settle() {
  until_true 120 "the database is killed again" restarted mongodb 2
  until_true 60 "the service complains" logged_line 'Failed to connect to MongoDB'; until_true 60 "no pod is ready" no_endpoints; requests 5
}
