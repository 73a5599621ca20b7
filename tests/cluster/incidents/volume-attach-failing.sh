# The volume belongs to a storage driver that no node has: it is never attached.
# rule: volume-attach-failing
# object: PersistentVolumeClaim/production/shepherd-data|PersistentVolume/archive|Deployment/production/shepherd
# never: volume-mount-failing volume-provisioning-failing
make() {
  kubectl apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "archive"}, "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "20Gi"}, "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-0f3a5c7e9b1d2f4a6"}}}'
  claimed_service '{"volumeName": "archive", "storageClassName": "", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}'
}
settle() { until_true 240 "the volume cannot be attached" event production 'FailedAttachVolume|FailedMount' 'archive'; }
