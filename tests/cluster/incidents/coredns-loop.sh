# CoreDNS asks for other names at its own loopback address, as a node does whose resolv.conf names a local resolver: it sees the loop and ends itself, and names stop to resolve.
# rule: coredns-loop
# object: Deployment/kube-system/coredns|ConfigMap/kube-system/coredns|Pod/kube-system/coredns
# never: crash-loop mongodb-down database-name-unresolved coredns-unavailable application-startup-failure
make() {
  healthy_service
  kubectl -n kube-system get configmap coredns -o json | jq '.data.Corefile |= sub("/etc/resolv.conf"; "127.0.0.1")' | kubectl apply -f - >/dev/null 2>&1
  sleep 3; kubectl -n kube-system delete pods -l k8s-app=kube-dns --force --grace-period=0 >/dev/null 2>&1
}
settle() { until_true 90 "CoreDNS is restarted" restarted kube-system 2; kubectl -n production rollout restart deployment shepherd >/dev/null; until_true 90 "the new pods complain" logged_line 'Connection to database failed'; requests 5; }
