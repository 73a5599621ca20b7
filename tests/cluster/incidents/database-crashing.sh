# The database itself cannot start: its state folder is a file. The service only sees a refused connection.
# rule: mongodb-down|application-startup-failure|permission-denied
# object: StatefulSet/mongodb/mongodb|Pod/mongodb/mongodb-0
# never: database-wrong-port database-unreachable readiness-probe-failing
# compound: readiness-probe-failing service-without-ready-endpoints ingress-upstream-errors
make() {
  healthy_service
  kubectl -n mongodb patch statefulset mongodb --type=json -p '[{"op": "add", "path": "/spec/template/spec/containers/0/args", "value": ["/bin/ferretdb", "-data=/etc/hostname"]}]' >/dev/null
}
settle() {
  until_true 90 "the database is restarted" restarted mongodb 2
  until_true 60 "the service complains" logged_line 'Failed to connect to MongoDB'; until_true 60 "no pod is ready" no_endpoints; requests 5
}
