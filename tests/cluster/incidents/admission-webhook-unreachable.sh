# A webhook that must approve every pod is served by a Service that does not exist.
# rule: admission-webhook-unreachable
# object: ValidatingWebhookConfiguration/image-policy|Deployment/production/shepherd
# never: service-missing rollout-stuck
make() {
  healthy_service
  part image-policy
  kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 60 "pods are refused" event production FailedCreate 'failed calling webhook'; }
end() { without_part image-policy; }
