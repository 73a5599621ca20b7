# One connection for all threads, and requests wait longer for it than they may.
# rule: connection-pool-exhausted
# object: Deployment/production/shepherd
# collect: --mongodb auto
# never: mongodb-down database-timeout database-connections-exhausted
make() {
  service 'environment("MONGODB_MAX_POOL_SIZE"; "1") | environment("THREADS"; "16") | object("Secret"; "shepherd-secret"; .stringData["mongodb-uri"] += "?waitQueueTimeoutMS=40") | object("StatefulSet"; "mongodb"; .spec.template.spec.containers[0].resources.limits.cpu = "150m")'
  service_ready; seed
}
settle() { until_true 90 "requests wait for a connection" starved; sleep 3; }
starved() {
  local i; for i in $(seq 60); do curl -s -m 10 -o /dev/null -H 'Host: shepherd.example.com' "http://$NODE_IP:30080/api/configurations?page=$i" & done; wait
  logged_line 'checking out a connection from connection pool'
}
