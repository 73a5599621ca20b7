# A cache in a bounded emptyDir grows over its bound, and the pods are evicted for it.
# rule: pod-evicted|ephemeral-storage-exceeded
# object: Deployment/production/shepherd
# never: node-under-pressure crash-loop
make() { service 'pod(.volumes += [{name: "cache", emptyDir: {sizeLimit: "10Mi"}}] | .containers[0].volumeMounts += [{name: "cache", mountPath: "/cache"}]) | container(.command = ["sh", "-c", "dd if=/dev/zero of=/cache/pages bs=1M count=40; exec gunicorn --config /app/gunicorn.conf.py shepherd:app"])'; }
settle() { until_true 150 "a pod is evicted" some_pod production '.status.reason == "Evicted"'; }
