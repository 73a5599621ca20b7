# The service asks the API for something that its role does not allow.
# rule: rbac-forbidden
# object: Deployment/production/shepherd|ServiceAccount/production/shepherd|Pod/production/operator
# never: crash-loop
make() {
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: operator, labels: {app.kubernetes.io/name: operator}}
spec:
  serviceAccountName: shepherd
  automountServiceAccountToken: true
  containers:
  - name: operator
    image: registry.example.com/shepherd:1.4.2
    imagePullPolicy: IfNotPresent
    command: [sh, -c, 'd=/var/run/secrets/kubernetes.io/serviceaccount; while true; do echo "ERROR cannot list configurations: $(curl -sS --cacert $d/ca.crt -H "Authorization: Bearer $(cat $d/token)" https://kubernetes.default.svc/api/v1/namespaces/production/configmaps | grep message)"; sleep 3; done']
    resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
YAML
}
settle() { until_true 60 "the API refuses" refused; sleep 12; }
refused() { kubectl -n production logs operator | grep 'is forbidden: User'; }
