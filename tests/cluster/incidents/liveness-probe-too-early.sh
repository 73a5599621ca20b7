# The service takes half a minute to start, and the liveness probe gives it ten seconds.
# rule: liveness-probe-too-early
# object: Deployment/production/shepherd
# never: liveness-probe-failing crash-loop liveness-probe-wrong-port
make() { service 'environment("FAULT_SLOW_START"; "30") | container(.livenessProbe |= (.initialDelaySeconds = 4 | .periodSeconds = 3 | .failureThreshold = 2))'; }
settle() { until_true 120 "a container is restarted for it" restarted production 2; }
