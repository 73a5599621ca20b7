# The kubelet hangs: the node is lost, while its pods still say Running 1/1 in the API for a while.
# rule: node-not-ready|kubelet-unavailable
# object: Node/node-1
# never: service-without-ready-endpoints readiness-probe-failing mongodb-down
make() { healthy_service; kill -STOP "$(process kubelet-$NODE)"; }
settle() { until_true 90 "the node is not ready" node_lost $NODE; sleep 5; }
end() { kill -CONT "$(process kubelet-$NODE)"; until_true 60 "the node is ready" node_ready $NODE; }
