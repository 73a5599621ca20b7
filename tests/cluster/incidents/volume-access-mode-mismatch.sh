# The claim wants to be written from many nodes, and the volume it names allows one.
# rule: volume-access-mode-mismatch
# object: PersistentVolumeClaim/production/shepherd-data|PersistentVolume/archive|Deployment/production/shepherd
# never: pod-pending storage-class-missing volume-capacity-mismatch
make() {
  jq -n '{apiVersion: "v1", kind: "PersistentVolume", metadata: {name: "archive", labels: {tier: "slow"}}, spec: ({hostPath: {path: "/var/lib/tarbox-cluster/volumes/archive", type: "DirectoryOrCreate"}} + $spec)}' --argjson spec '{"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "20Gi"}}' | kubectl apply -f - >/dev/null
  claimed_service '{"volumeName": "archive", "accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "20Gi"}}, "storageClassName": ""}'
}
settle() { until_true 60 "the claim waits" event production VolumeMismatch 'accessMode'; until_true 60 "the pods wait" event production FailedScheduling 'unbound immediate'; }
