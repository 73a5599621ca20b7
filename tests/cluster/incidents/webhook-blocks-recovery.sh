# The pods were deleted, and the webhook that must approve new ones has no endpoint: the service stays away, the ingress answers 503.
# rule: admission-webhook-unreachable
# object: ValidatingWebhookConfiguration/image-policy|Deployment/production/shepherd|Service/security/image-policy
# never: service-without-ready-endpoints ingress-upstream-errors rollout-stuck service-selector-mismatch deployment-scaled-to-zero
# compound: ingress-upstream-errors
make() {
  healthy_service
  kubectl create namespace security >/dev/null
  kubectl -n security create service clusterip image-policy --tcp=443:8443 >/dev/null
  part image-policy
  kubectl -n production delete pods -l app.kubernetes.io/name=shepherd --wait=false >/dev/null
}
settle() { until_true 60 "pods are refused" event production FailedCreate 'failed calling webhook'; until_true 60 "no pod is ready" no_endpoints; requests 20; }
end() { without_part image-policy; }
