# A webhook that must approve every pod is served by a Service that does not exist.
# rule: admission-webhook-unreachable
# object: ValidatingWebhookConfiguration/image-policy|Deployment/production/shepherd
# never: service-missing rollout-stuck
make() {
  healthy_service
  kubectl apply -f - >/dev/null <<'YAML'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: image-policy}
webhooks:
- name: image-policy.security.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  timeoutSeconds: 3
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: production}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  clientConfig: {service: {namespace: security, name: image-policy, path: /validate}}
YAML
  kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 60 "pods are refused" event production FailedCreate 'failed calling webhook'; }
end() { kubectl delete validatingwebhookconfiguration image-policy --ignore-not-found >/dev/null; }
