# CoreDNS was scaled to zero: no name resolves, so the service loses its database, which is well.
# rule: coredns-unavailable
# object: Deployment/kube-system/coredns
# never: mongodb-down database-name-unresolved dns-resolution-failing readiness-probe-failing
# compound: database-name-unresolved readiness-probe-failing service-without-ready-endpoints
make() {
  healthy_service; kubectl -n kube-system scale deployment coredns --replicas=0 >/dev/null
  kubectl -n kube-system wait --for=delete pods -l k8s-app=kube-dns --timeout=60s >/dev/null; kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 120 "names do not resolve" logged_line 'name resolution|Name or service not known'; until_true 120 "it is restarted" restarted production 1; requests 3; }
end() { kubectl -n kube-system scale deployment coredns --replicas=1 >/dev/null; kubectl -n kube-system rollout status deployment coredns --timeout=60s >/dev/null; }
