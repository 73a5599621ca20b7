# Every request leaves memory behind. The kernel ends one gunicorn worker after the other while the container stays up.
# rule: memory-leak|out-of-memory-killed
# object: Deployment/production/shepherd
# never: liveness-probe-failing readiness-probe-failing
make() { service 'environment("FAULT_LEAK_MB"; "8") | container(.resources.limits.memory = "128Mi")'; service_ready; }
settle() { until_true 150 "workers are ended again and again" leaking; }
leaking() { requests 10 0.02; [ "$(kubectl -n production logs -l app.kubernetes.io/name=shepherd --tail=-1 --prefix | grep -c 'Booting worker')" -ge 6 ]; }
