# The Deployment runs as a service account that nobody made.
# rule: service-account-missing
# object: Deployment/production/shepherd|ServiceAccount/production/shepherd-runtime
# never: rbac-forbidden rollout-stuck
make() { service 'pod(.serviceAccountName = "shepherd-runtime")'; }
settle() { until_true 60 "pods are refused" event production FailedCreate 'serviceaccount "shepherd-runtime" not found'; }
