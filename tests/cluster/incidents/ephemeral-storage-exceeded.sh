# A pod writes more to its own disk than its limit allows and is evicted, again and again.
# rule: ephemeral-storage-exceeded|pod-evicted
# object: Deployment/production/shepherd
# never: node-under-pressure crash-loop
make() { service 'container(.command = ["sh", "-c", "dd if=/dev/zero of=/tmp/export bs=1M count=60; exec gunicorn --config /app/gunicorn.conf.py shepherd:app"] | .resources.limits["ephemeral-storage"] = "20Mi")'; }
settle() { until_true 150 "a pod is evicted" some_pod production '.status.reason == "Evicted"'; }
