# The storage class names a provisioner that does not run in the cluster: the claim waits for ever.
# rule: volume-provisioning-failing
# object: PersistentVolumeClaim/production/shepherd-data|StorageClass/gp3|Deployment/production/shepherd
# never: pod-pending storage-class-missing
make() {
  kubectl apply -f - >/dev/null <<<'{"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com"}'
  claimed_service '{"storageClassName": "gp3", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}'
}
settle() { until_true 60 "the claim waits" event production ExternalProvisioning 'ebs.csi.aws.com'; until_true 60 "the pods wait" event production FailedScheduling 'unbound immediate'; }
