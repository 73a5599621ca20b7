# A variable reads a key that the ConfigMap does not have.
# rule: config-map-key-missing
# object: ConfigMap/production/shepherd-config|Deployment/production/shepherd
# never: config-map-missing secret-key-missing
make() { service 'source("DATABASE_NAME"; .configMapKeyRef.key = "database")'; }
settle() { until_true 60 "a container waits for its configuration" waiting production CreateContainerConfigError; }
