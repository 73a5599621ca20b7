# The pods must run beside a cache that does not exist.
# rule: pod-affinity-unsatisfied
# object: Deployment/production/shepherd
# never: pod-pending
make() { service 'pod(.affinity = {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "kubernetes.io/hostname", labelSelector: {matchLabels: {"app.kubernetes.io/name": "redis"}}}]}})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "pod affinity"; }
