# The namespace asks for sidecars, mutual TLS is strict, and the pods were never restarted after that: they have none.
# rule: sidecar-missing
# object: Deployment/production/shepherd|Namespace/production
# never: mtls-conflict
make() {
  custom_resources peerauthentications.security.istio.io destinationrules.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service; kubectl label namespace production istio-injection=enabled >/dev/null
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": {"name": "default"}, "spec": {"mtls": {"mode": "STRICT"}}}'
}
settle() { requests 5; }
end() { without_custom_resources; }
