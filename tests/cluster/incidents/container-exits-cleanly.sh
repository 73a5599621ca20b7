# The command ends at once and well: the Deployment restarts it for ever.
# rule: container-exits-cleanly
# object: Deployment/production/shepherd
# never: crash-loop application-startup-failure
make() { service 'container(.command = ["echo", "configuration is valid"])'; }
settle() { until_true 90 "it is restarted" restarted production 2; }
