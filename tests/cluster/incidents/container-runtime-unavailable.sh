# containerd of the second node is gone, while its kubelet lives and says so.
# rule: container-runtime-unavailable
# object: Node/node-2
# never: node-not-ready kubelet-unavailable cni-unavailable
# nodes: 2
make() { service 'pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"})'; service_ready; seed; kill -STOP "$(process containerd-$NODE2)"; }
settle() { until_true 300 "the node is not ready" node_lost $NODE2; requests 3; }
end() { kill -CONT "$(process containerd-$NODE2)"; }
