# A policy allows the service's pods to talk to the database and to nobody else: not even to the name server.
# rule: dns-egress-blocked|network-policy-blocks-traffic
# object: NetworkPolicy/production/only-database|Deployment/production/shepherd
# never: coredns-unavailable mongodb-down database-name-unresolved dns-resolution-failing crash-loop dns-misconfigured
# compound: database-name-unresolved readiness-probe-failing
make() {
  part kube-router; healthy_service
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "only-database"}, "spec": {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "shepherd"}}, "policyTypes": ["Egress"], "egress": [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "mongodb"}}}], "ports": [{"port": 27017}]}]}}'
  sleep 5; kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 180 "names do not resolve" logged_line 'Temporary failure in name resolution|Name or service not known'; until_true 120 "it is restarted" restarted production 1; requests 5; }
end() { end_network_policies; }
