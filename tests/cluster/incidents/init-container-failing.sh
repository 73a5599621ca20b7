# The migration before the start fails.
# rule: init-container-failing
# object: Deployment/production/shepherd
# never: crash-loop application-startup-failure
make() { service 'pod(.initContainers = [{name: "migrate", image: "localhost/busybox:1", imagePullPolicy: "IfNotPresent", command: ["sh", "-c", "echo migration 0042 failed: duplicate key; exit 3"]}])'; }
settle() { until_true 90 "the migration fails again" restarted production 2; }
