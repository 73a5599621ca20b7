# The ingress controller was started with an option that it does not know: nothing from outside arrives any more.
# rule: ingress-controller-unavailable
# object: Deployment/ingress-nginx/ingress-nginx-controller
# never: crash-loop application-startup-failure service-without-ready-endpoints ingress-without-address
make() {
  healthy_service
  kubectl -n ingress-nginx patch deployment ingress-nginx-controller --type=json -p '[{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--enable-snippets"}, {"op": "add", "path": "/spec/strategy", "value": {"type": "Recreate"}}]' >/dev/null
}
settle() { until_true 90 "the controller is restarted" restarted ingress-nginx 2; }
end() { kubectl delete -f "$HERE/addons/ingress-nginx.yaml" --ignore-not-found >/dev/null; }
