# The Deployment reads a Secret that was never made; the one that exists differs by one letter.
# rule: secret-missing
# object: Secret/production/shepherd-secrets|Deployment/production/shepherd
# never: secret-key-missing rollout-stuck
make() { service 'source("SECRET_KEY"; .secretKeyRef.name = "shepherd-secrets")'; }
settle() { until_true 60 "a container waits for its configuration" waiting production CreateContainerConfigError; }
