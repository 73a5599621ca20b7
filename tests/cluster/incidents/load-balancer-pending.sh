# The Service asks for a load balancer, and nothing in the cluster gives one.
# rule: load-balancer-pending
# object: Service/production/shepherd
# never: service-without-ready-endpoints
make() { healthy_service; service 'object("Service"; "shepherd"; .spec.type = "LoadBalancer")'; }
settle() { requests 5; }
