# The pods ask for a container runtime that the node is not set up for.
# rule: sandbox-creation-failing
# object: Deployment/production/shepherd|RuntimeClass/sandboxed
# never: cni-unavailable container-runtime-unavailable
make() {
  kubectl apply -f - >/dev/null <<<'{"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "sandboxed"}, "handler": "runsc"}'
  service 'pod(.runtimeClassName = "sandboxed")'
}
settle() { until_true 60 "the sandbox cannot be made" event production FailedCreatePodSandBox 'runsc'; }
end() { kubectl delete runtimeclass sandboxed --ignore-not-found >/dev/null; }
