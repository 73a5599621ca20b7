# kube-proxy cannot read its configuration any more; then the service got new pods, and its address leads to where the old ones were.
# rule: kube-proxy-unavailable
# object: DaemonSet/kube-system/kube-proxy|ConfigMap/kube-system/kube-proxy
# never: crash-loop service-selector-mismatch application-startup-failure connection-timeout
make() {
  healthy_service
  kubectl -n kube-system get configmap kube-proxy -o json | jq '.data["config.conf"] |= sub("mode: iptables"; "mode: ipvsadm")' | kubectl apply -f - >/dev/null 2>&1
  kubectl -n kube-system delete pods -l k8s-app=kube-proxy --force --grace-period=0 >/dev/null 2>&1
  until_true 60 "kube-proxy is restarted" restarted kube-system 1
  audit_service; service 'environment("AUDIT_URL"; "http://audit.production.svc.cluster.local:8080/records")'
}
settle() { kubectl -n production rollout status deployment/shepherd --timeout=120s >/dev/null; requests 10; until_true 60 "records are not delivered" logged_line 'Audit record not delivered'; until_true 60 "kube-proxy is restarted again" restarted kube-system 2; }
