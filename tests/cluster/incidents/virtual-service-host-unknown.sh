# A VirtualService sends requests to a host that no Service has.
# rule: virtual-service-host-unknown
# object: VirtualService/production/shepherd
# never: destination-rule-subset-empty service-missing
make() {
  custom_resources destinationrules.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shepherd}
spec:
  hosts: [shepherd.production.svc.cluster.local]
  http: [{route: [{destination: {host: shepherd-v2.production.svc.cluster.local, port: {number: 5000}}}]}]
YAML
}
settle() { requests 5; }
end() { without_custom_resources; }
