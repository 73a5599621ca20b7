# The namespace enforces the restricted pod security standard, and the pods do not keep it.
# rule: pod-security-violation
# object: Deployment/production/shepherd|Namespace/production
# never: rollout-stuck
make() { service 'object("Namespace"; "production"; .metadata.labels["pod-security.kubernetes.io/enforce"] = "restricted")' 2>/dev/null; }
settle() { until_true 60 "pods are refused" event production FailedCreate 'violates PodSecurity'; }
