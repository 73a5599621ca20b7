# A variable has the audit service's address with a port that its Service does not offer.
# rule: environment-address-mismatch
# object: Deployment/production/shepherd|Service/production/audit
# never: mongodb-down database-wrong-port service-port-mismatch
make() {
  healthy_service; audit_service
  service 'environment("AUDIT_URL"; "http://audit.production.svc.cluster.local:9000/records")'; service_ready
}
settle() { requests 10; until_true 30 "records are not delivered" logged_line 'Audit record not delivered'; }
