# An optional reference to a ConfigMap that does not exist: the service runs on defaults and asks for an unknown database host.
# rule: optional-reference-missing
# object: ConfigMap/production/shepherd-overrides|Deployment/production/shepherd
# never: config-map-missing
make() { service 'container(.envFrom = [{configMapRef: {name: "shepherd-overrides", optional: true}}])'; }
settle() { service_ready; requests 10; }
