# The Ingress sends requests to a Service that does not exist.
# rule: ingress-backend-service-missing
# object: Ingress/production/shepherd
# never: service-missing ingress-without-address
make() { healthy_service; service 'object("Ingress"; "shepherd"; .spec.rules[0].http.paths[0].backend.service.name = "shepherd-web")'; }
settle() { requests 5; }
