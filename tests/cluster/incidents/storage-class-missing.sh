# A claim asks for a storage class that the cluster does not have.
# rule: storage-class-missing
# object: PersistentVolumeClaim/production/shepherd-data|Deployment/production/shepherd
# never: pod-pending
make() { claimed_service '{"storageClassName": "fast-ssd", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}'; }
settle() { until_true 60 "the claim waits" event production ProvisioningFailed 'storageclass.* "fast-ssd" not found'; until_true 60 "the pods wait" event production FailedScheduling 'unbound immediate'; }
