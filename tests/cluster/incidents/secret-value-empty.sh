# The Secret has its key, but no bytes under it: the service says that the variable is not set.
# rule: secret-value-empty
# object: Secret/production/shepherd-secret|Deployment/production/shepherd
# never: secret-key-missing secret-missing
make() { service 'object("Secret"; "shepherd-secret"; .stringData["secret-key"] = "")'; }
settle() { until_true 90 "the service crashes for its variable" logged_line 'Environment variable not set: SECRET_KEY'; until_true 60 "it is restarted" restarted production 2; }
