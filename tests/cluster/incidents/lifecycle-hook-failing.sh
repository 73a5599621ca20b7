# What the container must run after its start is not in the image: the container is ended for it, again and again.
# rule: lifecycle-hook-failing
# object: Deployment/production/shepherd
# never: crash-loop command-not-found
make() { service 'container(.lifecycle = {postStart: {exec: {command: ["/app/warm-up.sh"]}}})'; }
settle() { until_true 60 "the hook fails" event production FailedPostStartHook '.'; until_true 60 "it is restarted" restarted production 1; }
