# The roll-out may neither start a pod more nor stop one: every node has its replica, and the new one finds no place.
# rule: rollout-blocked-by-strategy|pod-anti-affinity-conflict
# object: Deployment/production/shepherd
# never: pod-pending rollout-stuck deployment-timeout
make() {
  local spread='deployment(.spec.replicas = 1 | .spec.strategy = {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}) | pod(.affinity = {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: "kubernetes.io/hostname", labelSelector: {matchLabels: {"app.kubernetes.io/name": "shepherd"}}}]}})'
  service "$spread"; service_ready; seed; requests 20
  service "$spread | environment(\"RELEASE\"; \"1.4.3\")"
}
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'anti-affinity'; until_true 90 "the roll-out is given up" kubectl -n production wait --for=condition=Progressing=False deployment/shepherd --timeout=1s; requests 5; }
