# Somebody scaled the service itself to zero.
# rule: deployment-scaled-to-zero
# object: Deployment/production/shepherd
# never: service-selector-mismatch service-without-ready-endpoints
make() { healthy_service; kubectl -n production scale deployment shepherd --replicas=0 >/dev/null; }
settle() { until_true 60 "the Service has no endpoints" no_endpoints; requests 10; }
