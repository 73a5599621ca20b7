# The container runs as a user who may not write where the service does.
# rule: permission-denied
# object: Deployment/production/shepherd
# never: crash-loop run-as-non-root-violation
make() { service 'container(.command = ["sh", "-c", "echo 1 >/app/shepherd.pid && exec gunicorn --config /app/gunicorn.conf.py shepherd:app"] | .securityContext = {runAsUser: 65534})'; }
settle() { until_true 60 "the write is refused" logged_line 'Permission denied'; until_true 60 "it is restarted" restarted production 2; }
