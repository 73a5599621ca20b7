# The URI names a replica set, and the database is a single server that is in none.
# rule: replica-set-without-primary|environment-address-mismatch|database-unreachable
# object: Deployment/production/shepherd|Secret/production/shepherd-secret|StatefulSet/mongodb/mongodb
# never: mongodb-down crash-loop coredns-unavailable database-wrong-port
make() { service 'object("Secret"; "shepherd-secret"; .stringData["mongodb-uri"] += "?replicaSet=rs0")'; }
settle() { until_true 90 "no primary is found" logged_line 'Connection to database failed'; until_true 90 "it is restarted" restarted production 2; }
