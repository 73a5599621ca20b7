# An agent of the cluster crashes on every node, beside a healthy service.
# rule: system-pod-failing
# object: DaemonSet/kube-system/node-agent
# never: crash-loop application-startup-failure kube-proxy-unavailable
make() {
  healthy_service
  kubectl apply -f - >/dev/null <<'YAML'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-agent, namespace: kube-system, labels: {k8s-app: node-agent}}
spec:
  selector: {matchLabels: {k8s-app: node-agent}}
  template:
    metadata: {labels: {k8s-app: node-agent}}
    spec:
      priorityClassName: system-node-critical
      tolerations: [{operator: Exists}]
      containers: [{name: agent, image: "localhost/busybox:1", imagePullPolicy: IfNotPresent, command: [sh, -c, 'echo node agent starts; echo FATAL cannot open /dev/nvme0: no such device; exit 1'], resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 32Mi}}}]
YAML
}
settle() { until_true 90 "the agent is restarted" restarted kube-system 3; }
end() { kubectl -n kube-system delete daemonset node-agent --ignore-not-found >/dev/null; }
