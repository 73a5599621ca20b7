# Traffic goes to a subset whose label no pod carries.
# rule: destination-rule-subset-empty
# object: DestinationRule/production/shepherd|VirtualService/production/shepherd
# never: virtual-service-host-unknown service-selector-mismatch
make() {
  custom_resources destinationrules.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shepherd}
spec: {host: shepherd, subsets: [{name: canary, labels: {app.kubernetes.io/version: 1.5.0}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shepherd}
spec: {hosts: [shepherd], http: [{route: [{destination: {host: shepherd, subset: canary}}]}]}
YAML
}
settle() { requests 5; }
end() { without_custom_resources; }
