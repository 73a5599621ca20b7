# The database moved to another port, and Service, probes and Secret followed; the service's pods still run with the address that they read at their start.
# rule: stale-configuration
# object: Secret/production/shepherd-secret|Deployment/production/shepherd
# never: mongodb-down crash-loop readiness-probe-failing
make() {
  healthy_service
  service 'object("StatefulSet"; "mongodb"; .spec.template.spec.containers[0] |= (.args = ["/bin/ferretdb", "-listen", ":27018"] | .ports[0].containerPort = 27018)) | object("Service"; "mongodb"; .spec.ports[0].port = 27018) | object("Secret"; "shepherd-secret"; .stringData["mongodb-uri"] |= sub(":27017"; ":27018"))'
}
settle() { until_true 90 "the service complains" logged_line 'Failed to connect to MongoDB.*27017'; until_true 60 "no pod is ready" no_endpoints; requests 5; }
