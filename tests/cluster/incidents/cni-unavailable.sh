# The configuration of the pod network is gone from the node: it is not ready, and new pods get no address.
# rule: cni-unavailable
# object: Node/node-2|Node/node-1
# never: node-not-ready container-runtime-unavailable pod-pending sandbox-creation-failing kubelet-unavailable
# compound: pod-pending ingress-upstream-errors
# nodes: 2
make() {
  service 'pod(.nodeSelector = {"kubernetes.io/hostname": "node-2"})'; service_ready; seed
  mv "$(node_folder $NODE2)/cni/10-tarbox.conflist" "$STATE/10-tarbox.conflist"
}
settle() { until_true 90 "the node is not ready" node_lost $NODE2; kubectl -n production delete pods -l app.kubernetes.io/name=shepherd --wait=false >/dev/null; sleep 20; requests 5; }
end() { mv "$STATE/10-tarbox.conflist" "$(node_folder $NODE2)/cni/" 2>/dev/null || true; }
