# The liveness probe asks a port that nothing listens on: healthy containers are restarted.
# rule: liveness-probe-wrong-port
# object: Deployment/production/shepherd
# never: liveness-probe-failing crash-loop
make() { service 'container(.livenessProbe |= (.httpGet.port = 8080 | .initialDelaySeconds = 5 | .periodSeconds = 3))'; }
settle() { until_true 90 "a container is restarted for it" restarted production 1; }
