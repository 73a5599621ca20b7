# A scheduling gate that nobody lifts.
# rule: scheduling-gated
# object: Deployment/production/shepherd
# never: pod-pending scheduler-unavailable
make() { service 'pod(.schedulingGates = [{name: "example.com/capacity-approval"}])'; }
settle() { until_true 30 "the pods are gated" some_pod production 'any(.status.conditions[]?; .reason == "SchedulingGated")'; }
