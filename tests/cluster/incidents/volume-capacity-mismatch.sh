# The claim asks for more than the volume it names has.
# rule: volume-capacity-mismatch
# object: PersistentVolumeClaim/production/shepherd-data|PersistentVolume/archive|Deployment/production/shepherd
# never: pod-pending storage-class-missing volume-access-mode-mismatch
make() {
  jq -n '{apiVersion: "v1", kind: "PersistentVolume", metadata: {name: "archive", labels: {tier: "slow"}}, spec: ({hostPath: {path: "/var/lib/tarbox-cluster/volumes/archive", type: "DirectoryOrCreate"}} + $spec)}' --argjson spec '{"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "5Gi"}}' | kubectl apply -f - >/dev/null
  claimed_service '{"volumeName": "archive", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}, "storageClassName": ""}'
}
settle() { until_true 60 "the claim waits" event production VolumeMismatch 'too small'; until_true 60 "the pods wait" event production FailedScheduling 'unbound immediate'; }
