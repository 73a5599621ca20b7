# The Service of the audit log carries UDP, and its clients speak TCP.
# rule: service-protocol-mismatch
# object: Service/production/audit|Service/production/shepherd
# never: service-port-mismatch environment-address-mismatch
make() {
  healthy_service; audit_service
  kubectl -n production delete service audit >/dev/null
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "audit"}, "spec": {"selector": {"app.kubernetes.io/name": "audit"}, "ports": [{"name": "http", "port": 8080, "protocol": "UDP"}]}}'
  service 'environment("AUDIT_URL"; "http://audit.production.svc.cluster.local:8080/records")'; service_ready
}
settle() { requests 10; until_true 30 "records are not delivered" logged_line 'Audit record not delivered'; }
