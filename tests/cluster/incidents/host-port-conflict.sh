# Two replicas want the same port of the one node.
# rule: host-port-conflict
# object: Deployment/production/shepherd
# never: pod-pending port-conflict
make() { service 'container(.ports[0].hostPort = 5080)'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "free ports"; }
