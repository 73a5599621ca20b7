# The Service keeps every client at one pod, and there is one client: of three pods, one does all the work.
# rule: uneven-traffic
# object: Service/production/shepherd|Deployment/production/shepherd
# never: service-without-ready-endpoints single-replica
make() { service 'deployment(.spec.replicas = 3) | object("Service"; "shepherd"; .spec.sessionAffinity = "ClientIP")'; service_ready; seed; }
settle() {
  local address; address=$(kubectl -n production get service shepherd -o jsonpath='{.spec.clusterIP}')
  local i; for i in $(seq 150); do curl -fsS -m 5 -o /dev/null "http://$address:5000/api/configurations?page=$i"; done
}
