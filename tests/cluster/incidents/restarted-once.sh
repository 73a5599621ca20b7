# A trap: a container was killed once, and runs well since.
# rule: none
# object: -
# never: crash-loop application-startup-failure out-of-memory-killed
make() { healthy_service; ctr_node node-1 tasks kill --signal SIGKILL "$(first_container)"; }
first_container() { kubectl -n production get pods -o json | jq -r '.items[0].status.containerStatuses[0].containerID | ltrimstr("containerd://")'; }
settle() { until_true 60 "it is restarted" restarted production 1; service_ready; requests 40 0.2; }
