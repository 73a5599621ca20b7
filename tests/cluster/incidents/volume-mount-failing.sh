# The volume is a folder of the node that does not exist.
# rule: volume-mount-failing
# object: Deployment/production/shepherd
# never: config-map-missing
make() { service 'pod(.volumes += [{name: "uploads", hostPath: {path: "/srv/uploads", type: "Directory"}}] | .containers[0].volumeMounts += [{name: "uploads", mountPath: "/uploads"}])'; }
settle() { until_true 90 "the mount fails" event production FailedMount 'not a directory|is not a directory'; }
