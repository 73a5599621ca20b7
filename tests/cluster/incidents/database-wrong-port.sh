# The URI in the Secret has a port that the database does not listen on.
# rule: database-wrong-port
# object: Deployment/production/shepherd|Secret/production/shepherd-secret
# never: mongodb-down crash-loop coredns-unavailable
make() { service 'object("Secret"; "shepherd-secret"; .stringData["mongodb-uri"] |= sub(":27017"; ":27018"))'; }
settle() { until_true 90 "the connection is refused" logged_line '27018.*refused'; until_true 90 "it is restarted" restarted production 2; }
