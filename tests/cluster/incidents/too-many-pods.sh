# The node takes seven pods, and the service is scaled beyond that.
# rule: too-many-pods
# object: Deployment/production/shepherd
# never: pod-pending insufficient-cpu insufficient-memory
make() { healthy_service; configure_kubelet $NODE 'maxPods: 7'; kubectl -n production scale deployment shepherd --replicas=5 >/dev/null; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'Too many pods'; }
end() { configure_kubelet $NODE; }
