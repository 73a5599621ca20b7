# The pods want a node with a label that no node has.
# rule: node-selector-mismatch
# object: Deployment/production/shepherd
# never: pod-pending node-affinity-mismatch
make() { service 'pod(.nodeSelector = {disktype: "ssd"})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "node affinity/selector"; }
