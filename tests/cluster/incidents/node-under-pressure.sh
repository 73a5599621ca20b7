# The node has less memory free than its kubelet wants: it evicts pods, and takes no new ones.
# rule: node-under-pressure
# object: Node/node-2
# never: pod-evicted taint-not-tolerated pod-pending out-of-memory-killed
# nodes: 2
make() {
  service 'object("StatefulSet"; "mongodb"; .spec.template.spec.nodeSelector = {"kubernetes.io/hostname": "node-1"}) | pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"})'; service_ready; seed; requests 10
  configure_kubelet $NODE2 'evictionHard: {memory.available: 95%, nodefs.available: 1%, imagefs.available: 1%}' 'evictionPressureTransitionPeriod: 30s'
}
settle() { until_true 60 "the node is under pressure" node_condition $NODE2 MemoryPressure '^True$'; until_true 60 "a pod is evicted" some_pod production '.status.reason == "Evicted"'; sleep 5; requests 5; }
