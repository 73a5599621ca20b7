# The Deployment forgets a variable that the service needs.
# rule: environment-variable-missing
# object: Deployment/production/shepherd
# never: secret-key-missing crash-loop secret-value-empty
make() { service 'container(.env |= map(select(.name != "SECRET_KEY")))'; }
settle() { until_true 90 "the service crashes for its variable" logged_line 'Environment variable not set: SECRET_KEY'; until_true 60 "it is restarted" restarted production 2; }
