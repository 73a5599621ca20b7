# Traffic from outside is only taken by nodes that have a pod of the service, and the node that the world asks has none.
# rule: external-traffic-policy-gap
# object: Service/production/shepherd
# never: service-selector-mismatch service-port-mismatch load-balancer-pending
# nodes: 2
make() {
  service 'pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"}) | object("Service"; "shepherd"; .spec.type = "LoadBalancer" | .spec.externalTrafficPolicy = "Local")'
  kubectl -n production patch service shepherd --subresource=status --type=merge -p "{\"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": \"$NODE_IP\"}]}}}" >/dev/null
  service_ready
}
settle() { until_true 30 "nobody answers on node-1" unanswered; requests 5; }
unanswered() { ! on_node node-2 curl -sS -m 2 -o /dev/null "http://$NODE_IP:$(kubectl -n production get service shepherd -o jsonpath='{.spec.ports[0].nodePort}')/api/health"; }
