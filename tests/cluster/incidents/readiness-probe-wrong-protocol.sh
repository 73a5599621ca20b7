# The readiness probe speaks TLS to a service that does not.
# rule: readiness-probe-wrong-protocol
# object: Deployment/production/shepherd
# never: readiness-probe-failing
make() { service 'container(.readinessProbe.httpGet.scheme = "HTTPS")'; }
settle() { until_true 60 "the probe fails" event production Unhealthy 'Readiness probe failed.*server gave HTTP response'; sleep 10; }
