# A trap: a container was killed once, and runs well since.
# rule: none
# object: -
# never: crash-loop application-startup-failure out-of-memory-killed
make() { healthy_service; kubectl -n production exec deploy/shepherd -- sh -c 'kill -9 $(ps -o pid,args | grep "[g]unicorn" | head -n 1 | awk "{ print \$1 }")' >/dev/null 2>&1 || true; }
settle() { until_true 60 "it is restarted" restarted production 1; service_ready; requests 40 0.2; }
