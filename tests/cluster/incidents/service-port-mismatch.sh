# The Service sends requests to a port that the container does not listen on.
# rule: service-port-mismatch
# object: Service/production/shepherd
# never: service-selector-mismatch
make() { healthy_service; service 'object("Service"; "shepherd"; .spec.ports[0].targetPort = 8080)'; }
settle() { sleep 5; requests 10; }
