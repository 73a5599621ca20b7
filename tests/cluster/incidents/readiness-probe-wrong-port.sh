# The readiness probe asks a port that nothing listens on: the pods run and never get ready.
# rule: readiness-probe-wrong-port
# object: Deployment/production/shepherd
# never: readiness-probe-failing mongodb-down service-without-ready-endpoints
make() { service 'container(.readinessProbe.httpGet.port = 5001)'; }
settle() { until_true 60 "the probe fails" event production Unhealthy 'Readiness probe failed.*5001.*refused'; requests 5; sleep 60; }
