# The control plane of the mesh does not start: new sidecars get neither certificate nor configuration.
# rule: istiod-unavailable
# object: Deployment/istio-system/istiod
# never: crash-loop application-startup-failure system-pod-failing
make() {
  custom_resources destinationrules.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service
  kubectl -n istio-system patch deployment istiod --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/command", "value": ["sh", "-c", "echo \"error\tfailed to create discovery service: failed to load root certificate: cacerts is not a valid PEM\"; exit 1"]}, {"op": "add", "path": "/spec/strategy", "value": {"type": "Recreate"}}]' >/dev/null
  kubectl -n istio-system delete pods --all --force --grace-period=0 >/dev/null 2>&1
}
settle() { until_true 90 "istiod is restarted" restarted istio-system 2; requests 5; }
end() { without_custom_resources; }
