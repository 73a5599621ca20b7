# The memory limit is below what the service needs to start.
# rule: out-of-memory-killed
# object: Deployment/production/shepherd
# never: crash-loop memory-leak
make() { service 'container(.resources = {requests: {cpu: "50m", memory: "16Mi"}, limits: {cpu: "1", memory: "16Mi"}})'; }
settle() { until_true 90 "the kernel ends it" some_container production '(.lastState.terminated.reason // .state.terminated.reason) == "OOMKilled"'; until_true 60 "it is restarted" restarted production 2; }
