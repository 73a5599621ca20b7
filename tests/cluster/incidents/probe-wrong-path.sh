# The readiness probe asks for a path that the service does not know.
# rule: probe-wrong-path
# object: Deployment/production/shepherd
# never: readiness-probe-failing readiness-probe-wrong-port
make() { service 'container(.readinessProbe.httpGet.path = "/healthz")'; }
settle() { until_true 60 "the probe fails" event production Unhealthy 'statuscode: 404'; sleep 60; }
