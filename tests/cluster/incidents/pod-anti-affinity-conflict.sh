# Two replicas must not share a node, and there is one node.
# rule: pod-anti-affinity-conflict
# object: Deployment/production/shepherd
# never: pod-pending insufficient-cpu
make() { service 'pod(.affinity = {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "kubernetes.io/hostname", labelSelector: {matchLabels: {"app.kubernetes.io/name": "shepherd"}}}]}})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "anti-affinity"; until_true 60 "the first replica is ready" some_container production '.ready'; }
