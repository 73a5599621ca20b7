# The network between service and database loses a third of the packets: everything works, sometimes after seconds.
# rule: network-degraded|high-latency
# object: Deployment/production/shepherd|StatefulSet/mongodb/mongodb|Node/node-2|Namespace/production
# never: mongodb-down cpu-throttled database-wrong-port
# nodes: 2
make() {
  service 'object("StatefulSet"; "mongodb"; .spec.template.spec.nodeSelector = {"kubernetes.io/hostname": "node-1"}) | pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"})'
  service_ready; seed; requests 20
  iptables -I FORWARD -i $NODE_LINK -m statistic --mode random --probability 0.35 -j DROP
}
settle() { requests 40 0.1; sleep 40; }
end() { iptables -D FORWARD -i $NODE_LINK -m statistic --mode random --probability 0.35 -j DROP 2>/dev/null || true; }
