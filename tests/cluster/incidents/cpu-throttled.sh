# The processor limit is a fiftieth of a core: everything is slow and probes time out.
# rule: cpu-throttled|probe-timeout-too-short|liveness-probe-too-early
# object: Deployment/production/shepherd
# never: readiness-probe-failing liveness-probe-failing mongodb-down
# compound: readiness-probe-failing ingress-upstream-errors
make() { service 'container(.resources = {requests: {cpu: "10m", memory: "64Mi"}, limits: {cpu: "20m", memory: "256Mi"}})'; }
settle() { until_true 150 "a probe times out" event production Unhealthy 'deadline exceeded|Timeout exceeded|refused'; requests 20 0.5; sleep 10; }
