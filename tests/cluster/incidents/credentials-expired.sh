# The token with which the pod asks the API has ended.
# rule: credentials-expired
# object: Pod/production/operator|Secret/production/operator-token|ServiceAccount/production/shepherd
# never: rbac-forbidden crash-loop
make() {
  healthy_service
  # Ten minutes is the least that the API gives, so the token is one that was never signed by it: what the API says is the same.
  kubectl -n production create secret generic operator-token --from-literal=token="$(kubectl -n production create token shepherd | sed 's/.\{20\}$/AAAAAAAAAAAAAAAAAAAA/')" >/dev/null
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: operator, labels: {app.kubernetes.io/name: operator}}
spec:
  serviceAccountName: shepherd
  volumes: [{name: token, secret: {secretName: operator-token}}]
  containers:
  - name: operator
    image: registry.example.com/shepherd:1.4.2
    imagePullPolicy: IfNotPresent
    command: [sh, -c, 'while true; do echo "ERROR cannot list configurations: $(curl -sSk -H "Authorization: Bearer $(cat /token/token)" https://kubernetes.default.svc/api/v1/namespaces/production/configmaps | tr -d "\n")"; sleep 3; done']
    volumeMounts: [{name: token, mountPath: /token}]
    resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
YAML
}
settle() { until_true 60 "the API refuses" refused; }
refused() { kubectl -n production logs operator | grep 'Unauthorized'; }
