# The replicas must be spread over zones, and no node says in which zone it is.
# rule: topology-spread-unsatisfied
# object: Deployment/production/shepherd
# never: pod-pending node-affinity-mismatch
make() { service 'pod(.topologySpreadConstraints = [{maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule", labelSelector: {matchLabels: {"app.kubernetes.io/name": "shepherd"}}}])'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'topology spread constraints'; }
