# The Service selects a label that no pod carries.
# rule: service-selector-mismatch
# object: Service/production/shepherd
# never: service-without-ready-endpoints mongodb-down
make() { healthy_service; service 'object("Service"; "shepherd"; .spec.selector = {"app.kubernetes.io/name": "shepherd-api"})'; }
settle() { until_true 30 "the Service has no endpoints" no_endpoints; requests 10; }
