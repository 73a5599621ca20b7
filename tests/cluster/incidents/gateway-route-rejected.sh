# An HTTPRoute is for a host that no listener of its Gateway takes.
# rule: gateway-route-rejected
# object: HTTPRoute/production/shepherd
# never: service-missing ingress-backend-service-missing
make() {
  custom_resources gatewayclasses.gateway.networking.k8s.io gateways.gateway.networking.k8s.io httproutes.gateway.networking.k8s.io
  healthy_service
  kubectl apply -f - >/dev/null <<'YAML'
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: nginx}
spec: {controllerName: gateway.nginx.org/nginx-gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: production}
spec: {gatewayClassName: nginx, listeners: [{name: http, port: 80, protocol: HTTP, hostname: www.example.com}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shepherd, namespace: production}
spec:
  parentRefs: [{name: public}]
  hostnames: [shepherd.example.com]
  rules: [{backendRefs: [{name: shepherd, port: 5000}]}]
YAML
  # What a controller would write, which does not run here.
  kubectl -n production patch httproute shepherd --subresource=status --type=merge -p '{"status": {"parents": [{"parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "public"}, "controllerName": "gateway.nginx.org/nginx-gateway-controller", "conditions": [{"type": "Accepted", "status": "False", "reason": "NoMatchingListenerHostname", "message": "Listener hostname does not match the HTTPRoute hostnames", "lastTransitionTime": "'"$(date -u +%FT%TZ)"'", "observedGeneration": 1}]}]}}' >/dev/null
}
settle() { requests 5; }
end() { without_custom_resources; }
