# The service's own volume is full, and it cannot write what it is asked to keep.
# rule: volume-full
# object: PersistentVolumeClaim/production/shepherd-data|PersistentVolume/archive|Deployment/production/shepherd
# never: ephemeral-storage-exceeded node-under-pressure crash-loop application-startup-failure
make() {
  small_volume archive 24
  kubectl apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "archive"}, "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "24Mi"}, "local": {"path": "/var/lib/tarbox-cluster/volumes/archive"}, "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-1"]}]}]}}}}'
  claimed_service '{"volumeName": "archive", "storageClassName": "", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "24Mi"}}}'
  dd if=/dev/zero of="$STATE/volumes/archive/export.csv" bs=1M count=24 2>/dev/null || true
  service 'pod(.volumes += [{name: "data", persistentVolumeClaim: {claimName: "shepherd-data"}}] | .containers[0].volumeMounts += [{name: "data", mountPath: "/data"}] | .containers[0].command = ["sh", "-c", "dd if=/app/shepherd.py of=/data/started bs=64 && exec gunicorn --config /app/gunicorn.conf.py shepherd:app"])'
}
settle() { until_true 90 "the write is refused" logged_line 'No space left on device'; until_true 60 "it is restarted" restarted production 2; sleep 5; }
end() { release_volume archive; }
