# Somebody edited CoreDNS's configuration and lost a brace: the new pods do not start.
# rule: dns-misconfigured|coredns-unavailable
# object: ConfigMap/kube-system/coredns|Deployment/kube-system/coredns|Pod/kube-system/coredns
# never: mongodb-down database-name-unresolved crash-loop
# compound: coredns-unavailable database-name-unresolved readiness-probe-failing service-without-ready-endpoints
make() {
  healthy_service
  kubectl -n kube-system get configmap coredns -o json | jq '.data.Corefile |= sub("cache 30 [{]"; "cach 30 {")' | kubectl apply -f - >/dev/null 2>&1
  kubectl -n kube-system delete pods -l k8s-app=kube-dns --force --grace-period=0 >/dev/null 2>&1
}
settle() { until_true 90 "CoreDNS is restarted" restarted kube-system 2; kubectl -n production rollout restart deployment shepherd >/dev/null; until_true 90 "the new pods complain" logged_line 'Connection to database failed'; requests 5; }
