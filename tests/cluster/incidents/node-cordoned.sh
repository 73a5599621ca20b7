# The only node was cordoned for maintenance and never released; then the service was restarted.
# rule: node-cordoned
# object: Node/node-1|Deployment/production/shepherd
# never: pod-pending taint-not-tolerated
make() { healthy_service; kubectl cordon $NODE >/dev/null; kubectl -n production rollout restart deployment shepherd >/dev/null; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "unschedulable"; }
end() { kubectl uncordon $NODE >/dev/null; }
