# The quota of the namespace has no room for another volume claim: the replicas of the StatefulSet are never made.
# rule: quota-exceeded
# object: ResourceQuota/production/team-quota|Namespace/production|StatefulSet/production/search
# never: volume-claim-missing stateful-set-blocked storage-class-missing
make() {
  healthy_service
  kubectl -n production create quota team-quota --hard=requests.storage=1Gi >/dev/null
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: search, labels: {app.kubernetes.io/name: search}}
spec:
  serviceName: search
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: search}}
  template:
    metadata: {labels: {app.kubernetes.io/name: search}}
    spec:
      containers:
      - name: search
        image: registry.example.com/shepherd:1.4.2
        imagePullPolicy: IfNotPresent
        command: [sleep, infinity]
        resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: local, accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
YAML
}
settle() { until_true 60 "the quota refuses the claim" event production FailedCreate 'exceeded quota: team-quota'; }
