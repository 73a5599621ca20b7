# The URI in the Secret has a host name that does not exist: a typing error in the namespace.
# rule: database-name-unresolved|service-name-unknown
# object: Deployment/production/shepherd|Secret/production/shepherd-secret
# never: mongodb-down crash-loop coredns-unavailable
make() { service 'object("Secret"; "shepherd-secret"; .stringData["mongodb-uri"] |= sub("mongodb.svc"; "mongo.svc"))'; }
settle() { until_true 90 "the name is not known" logged_line 'Name or service not known'; until_true 90 "it is restarted" restarted production 2; }
