# A pod has a finalizer that nobody removes: it stays Terminating.
# rule: pod-stuck-terminating
# object: Pod/production/exporter
# never: node-not-ready
make() {
  healthy_service
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "exporter", "finalizers": ["example.com/flush"]}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "exporter", "image": "localhost/busybox:1", "imagePullPolicy": "IfNotPresent", "command": ["sleep", "3600"]}]}}'
  kubectl -n production wait --for=condition=Ready pod/exporter --timeout=60s >/dev/null; kubectl -n production delete pod exporter --wait=false >/dev/null
}
settle() { sleep 45; }
end() { kubectl -n production patch pod exporter --type=merge -p '{"metadata": {"finalizers": null}}' >/dev/null 2>&1 || true; }
