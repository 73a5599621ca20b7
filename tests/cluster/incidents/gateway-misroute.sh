# The VirtualService is for a host that its Gateway does not take.
# rule: gateway-misroute
# object: VirtualService/production/shepherd|Gateway/production/public
# never: virtual-service-host-unknown destination-rule-subset-empty
make() {
  custom_resources gateways.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [www.example.com]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shepherd}
spec: {hosts: [shepherd.example.com], gateways: [public], http: [{route: [{destination: {host: shepherd, port: {number: 5000}}}]}]}
YAML
}
settle() { requests 5; }
end() { without_custom_resources; }
