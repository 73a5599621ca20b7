# The namespace takes nothing but mutual TLS, and a DestinationRule tells its callers to speak plain text.
# rule: mtls-conflict
# object: DestinationRule/production/shepherd|PeerAuthentication/production/default
# never: destination-rule-subset-empty virtual-service-host-unknown
make() {
  custom_resources peerauthentications.security.istio.io destinationrules.networking.istio.io virtualservices.networking.istio.io; mesh
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default}
spec: {mtls: {mode: STRICT}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shepherd}
spec: {host: shepherd.production.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}
YAML
}
settle() { requests 5; }
end() { without_custom_resources; }
