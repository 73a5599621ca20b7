# The liveness probe speaks TLS to a service that does not: healthy containers are restarted.
# rule: liveness-probe-wrong-protocol
# object: Deployment/production/shepherd
# never: liveness-probe-failing crash-loop liveness-probe-wrong-port
make() { service 'container(.livenessProbe |= (.httpGet.scheme = "HTTPS" | .initialDelaySeconds = 5 | .periodSeconds = 3))'; }
settle() { until_true 90 "a container is restarted for it" restarted production 1; }
