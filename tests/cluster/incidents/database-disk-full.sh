# The volume of the database is full: what is there can be read, and nothing new can be written.
# rule: database-disk-full|volume-full
# object: PersistentVolumeClaim/mongodb/data-mongodb-0|StatefulSet/mongodb/mongodb|Pod/mongodb/mongodb-0|PersistentVolume/mongodb-0
# never: mongodb-down readiness-probe-failing crash-loop node-under-pressure application-startup-failure
make() {
  small_volume mongodb-0 24
  service 'object("PersistentVolume"; "mongodb-0"; .spec |= (del(.hostPath) | .local = {path: "/var/lib/tarbox-cluster/volumes/mongodb-0"}))'
  service_ready; seed; requests 10
  dd if=/dev/zero of="$STATE/volumes/mongodb-0/journal.0001" bs=1M count=24 2>/dev/null || true
}
settle() { until_true 60 "a write is refused" refused; seed || true; requests 20; sleep 15; }
refused() { ! write "$(head -c 40000 /dev/zero | tr '\0' x)"; }
write() { curl -fsS -m 10 -o /dev/null -H 'Host: shepherd.example.com' -H 'Content-Type: application/json' "http://$NODE_IP:30080/api/configurations" -d "{\"environment\": \"production\", \"text\": \"$1\"}"; }
end() { release_volume mongodb-0; }
