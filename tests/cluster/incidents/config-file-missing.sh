# CONFIG_FILE names a file that no volume brings.
# rule: config-file-missing
# object: Deployment/production/shepherd
# never: crash-loop config-map-missing
make() { service 'environment("CONFIG_FILE"; "/etc/config/settings.yaml")'; }
settle() { until_true 90 "the service misses its file" logged_line 'FileNotFoundError.*settings.yaml'; until_true 60 "it is restarted" restarted production 2; }
