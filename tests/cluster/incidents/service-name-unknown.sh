# A variable names a Service that does not exist: audit is called audit-log here.
# rule: service-name-unknown|service-missing
# object: Deployment/production/shepherd|Service/production/audit-log
# never: coredns-unavailable mongodb-down dns-resolution-failing dns-misconfigured
make() {
  healthy_service; audit_service
  service 'environment("AUDIT_URL"; "http://audit-log.production.svc.cluster.local:8080/records")'; service_ready
}
settle() { requests 10; until_true 30 "records are not delivered" logged_line 'Audit record not delivered'; }
