# The pods must run in a zone that no node is in.
# rule: node-affinity-mismatch
# object: Deployment/production/shepherd
# never: pod-pending node-selector-mismatch
make() { service 'pod(.affinity = {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-west-1a"]}]}]}}})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "node affinity/selector"; }
