# Another team's Ingress claims the same host and path, and was there first.
# rule: ingress-host-conflict
# object: Ingress/production/shepherd|Ingress/staging/shepherd-preview
# never: ingress-backend-service-missing
make() {
  kubectl create namespace staging >/dev/null
  kubectl -n staging create deployment preview --image="$APP_IMAGE" -- python3 -um http.server 8080 >/dev/null
  kubectl -n staging expose deployment preview --port=8080 >/dev/null
  kubectl -n staging create ingress shepherd-preview --class=nginx --rule='shepherd.example.com/*=preview:8080' >/dev/null
  kubectl -n staging rollout status deployment/preview --timeout=60s >/dev/null
  service; service_ready
}
settle() { requests 20; }
