# A namespace is being deleted, and an object in it has a finalizer that nobody removes.
# rule: namespace-stuck-terminating
# object: Namespace/legacy
# never: pod-stuck-terminating
make() {
  healthy_service; kubectl create namespace legacy >/dev/null
  kubectl -n legacy apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "archive", "finalizers": ["example.com/backup"]}}'
  kubectl delete namespace legacy --wait=false >/dev/null
}
settle() { until_true 60 "the finalizer holds it" held; sleep 310; }   # a controller may take minutes to let go
held() { kubectl get namespace legacy -o json | jq -e 'any(.status.conditions[]?; .type == "NamespaceFinalizersRemaining" and .status == "True")'; }
end() { kubectl -n legacy patch configmap archive --type=merge -p '{"metadata": {"finalizers": null}}' >/dev/null 2>&1 || true; }
