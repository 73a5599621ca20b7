# The root file system is read-only, and the service writes its process id there.
# rule: read-only-filesystem
# object: Deployment/production/shepherd
# never: crash-loop permission-denied
make() { service 'container(.command = ["sh", "-c", "echo 1 >/app/shepherd.pid && exec gunicorn --config /app/gunicorn.conf.py shepherd:app"] | .securityContext = {readOnlyRootFilesystem: true})'; }
settle() { until_true 60 "the write is refused" logged_line 'Read-only file system'; until_true 60 "it is restarted" restarted production 2; }
