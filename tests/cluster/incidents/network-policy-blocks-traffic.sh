# A new policy lets nothing into the database's namespace but its own pods: the service waits for answers that never come.
# rule: network-policy-blocks-traffic
# object: NetworkPolicy/mongodb/isolate|Deployment/production/shepherd|StatefulSet/mongodb/mongodb
# never: mongodb-down database-timeout database-unreachable readiness-probe-failing connection-timeout
make() {
  part kube-router; healthy_service
  kubectl -n mongodb apply -f - >/dev/null <<<'{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "isolate"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}}'
}
settle() { until_true 120 "the service complains" logged_line 'Failed to connect to MongoDB'; until_true 60 "no pod is ready" no_endpoints; requests 5; }
end() { end_network_policies; }
