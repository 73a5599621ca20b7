# The service dies with an exception of its own at start: a number that is none.
# rule: application-startup-failure
# object: Deployment/production/shepherd
# never: crash-loop
make() { service 'environment("MONGODB_MAX_POOL_SIZE"; "fifty")'; }
settle() { until_true 60 "the exception is logged" logged_line 'ValueError: invalid literal'; until_true 60 "it is restarted" restarted production 2; }
