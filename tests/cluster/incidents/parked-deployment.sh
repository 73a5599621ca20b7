# A trap: beside the service stands a Deployment that nobody needs at the moment: no replicas, no Service, no traffic.
# rule: none
# object: -
# never: deployment-scaled-to-zero service-without-ready-endpoints
make() { healthy_service; kubectl -n production create deployment load-test --image="$APP_IMAGE" --replicas=0 >/dev/null; }
settle() { requests 30 0.2; }
