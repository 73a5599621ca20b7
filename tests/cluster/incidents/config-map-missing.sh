# The volume of the configuration names a ConfigMap that does not exist: the pods stay in ContainerCreating.
# rule: config-map-missing
# object: ConfigMap/production/shepherd-settings|Deployment/production/shepherd
# never: volume-mount-failing config-map-key-missing
make() { service 'pod(.volumes[0].configMap.name = "shepherd-settings")'; }
settle() { until_true 90 "the volume cannot be mounted" event production FailedMount 'shepherd-settings'; }
