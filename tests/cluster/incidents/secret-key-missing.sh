# The Deployment asks the Secret for mongodb-url, which is called mongodb-uri there: no container can be created.
# rule: secret-key-missing
# object: Secret/production/shepherd-secret
# never: secret-missing mongodb-down rollout-stuck service-selector-mismatch
make() { service 'source("MONGODB_URI"; .secretKeyRef.key = "mongodb-url")'; }
settle() { until_true 60 "a container waits for its configuration" waiting production CreateContainerConfigError; requests 5; }
