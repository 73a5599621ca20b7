# The scheduler hangs: pods wait without any event.
# rule: scheduler-unavailable
# object: Deployment/production/shepherd|Namespace/kube-system|Lease/kube-system/kube-scheduler
# never: pod-pending wrong-scheduler-name
make() { healthy_service; kill -STOP "$(process kube-scheduler)"; kubectl -n production rollout restart deployment shepherd >/dev/null; }
settle() { until_true 30 "the new pods wait" some_pod production '.status.phase == "Pending"'; sleep 45; }
end() { kill -CONT "$(process kube-scheduler)"; }
