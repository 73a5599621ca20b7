# The pod waits for a database that is never asked for by its right name.
# rule: init-container-hung
# object: Deployment/production/shepherd
# never: pod-pending
make() { service 'pod(.initContainers = [{name: "wait-for-database", image: "localhost/busybox:1", imagePullPolicy: "IfNotPresent", command: ["sh", "-c", "until nc -z -w 2 mongodb.databases.svc.cluster.local 27017; do echo waiting for mongodb.databases; sleep 2; done"]}])'; }
settle() { until_true 60 "the init container runs" some_pod production 'any(.status.initContainerStatuses[]?; .state.running)'; sleep 60; }
