# Health takes two seconds to answer, and the readiness probe waits one.
# rule: probe-timeout-too-short
# object: Deployment/production/shepherd
# never: readiness-probe-failing readiness-probe-wrong-port
make() { service 'environment("FAULT_SLOW_HEALTH"; "2") | container(.readinessProbe.timeoutSeconds = 1)'; }
settle() { until_true 90 "the probe times out" event production Unhealthy 'Readiness probe failed.*(Timeout|deadline) exceeded|context deadline exceeded'; }
