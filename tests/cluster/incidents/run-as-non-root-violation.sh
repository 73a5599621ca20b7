# The pod wants any user but root, and the image runs as root.
# rule: run-as-non-root-violation
# object: Deployment/production/shepherd
# never: secret-key-missing permission-denied
make() { healthy_service; service 'pod(.securityContext = {runAsNonRoot: true})'; }
settle() { until_true 60 "the container is refused" waiting production CreateContainerConfigError; }
