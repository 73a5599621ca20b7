# Somebody deleted the database's Service: its pod is well, and its name is gone. The service was restarted since.
# rule: service-missing|service-name-unknown|database-name-unresolved
# object: Service/mongodb/mongodb|StatefulSet/mongodb/mongodb|Deployment/production/shepherd
# never: coredns-unavailable mongodb-down readiness-probe-failing crash-loop
make() { healthy_service; kubectl -n mongodb delete service mongodb >/dev/null; kubectl -n production delete pods --all --wait=false >/dev/null; }
settle() { until_true 90 "the service complains about its database" logged_line 'Failed to connect to MongoDB'; until_true 60 "no pod is ready" no_endpoints; requests 5; }
