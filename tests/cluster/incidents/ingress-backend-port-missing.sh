# The Ingress names a port that its Service does not have.
# rule: ingress-backend-port-missing
# object: Ingress/production/shepherd
# never: ingress-backend-service-missing
make() { healthy_service; service 'object("Ingress"; "shepherd"; .spec.rules[0].http.paths[0].backend.service.port = {name: "web"})'; }
settle() { requests 5; }
