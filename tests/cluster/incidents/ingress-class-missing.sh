# The Ingress is of a class that no controller serves, so that it never gets an address.
# rule: ingress-class-missing
# object: Ingress/production/shepherd
# never: ingress-without-address ingress-controller-unavailable
make() { service 'object("Ingress"; "shepherd"; .spec.ingressClassName = "nginx-internal")'; service_ready; }
settle() { requests 5; }
