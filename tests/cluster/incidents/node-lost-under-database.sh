# The node of the database is gone, cable and all: its pods are lost with it, and the service on the other node has no database.
# rule: node-not-ready|kubelet-unavailable
# object: Node/node-2
# never: mongodb-down database-unreachable readiness-probe-failing service-without-ready-endpoints dns-misconfigured
# compound: readiness-probe-failing service-without-ready-endpoints
# nodes: 2
make() {
  on_second_node='.spec.template.spec.nodeSelector = {"kubernetes.io/hostname": "node-2"}'
  service "object(\"StatefulSet\"; \"mongodb\"; $on_second_node) | object(\"PersistentVolume\"; \"mongodb-0\"; .spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values = [\"node-2\"]) | pod(.nodeSelector = {\"kubernetes.io/hostname\": \"node-1\"})"
  service_ready; seed; requests 20
  lose_second_node
}
settle() {
  until_true 90 "the node is not ready" node_lost $NODE2
  until_true 60 "the service complains" logged_line 'Failed to connect to MongoDB'; until_true 60 "no pod is ready" no_endpoints; requests 5
}
