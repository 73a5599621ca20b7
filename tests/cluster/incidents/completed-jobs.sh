# A trap: jobs that ended well, one of them at the second try, and pods that are Completed.
# rule: none
# object: -
# never: job-failed container-exits-cleanly crash-loop
make() {
  healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  backoffLimit: 4
  template:
    spec:
      restartPolicy: Never
      volumes: [{name: marks, hostPath: {path: /var/lib/tarbox-cluster/volumes/migrate, type: DirectoryOrCreate}}]
      containers:
      - name: migrate
        image: localhost/busybox:1
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'if [ -e /marks/tried ]; then echo migrated; else echo ERROR lock held by another migration; mkdir /marks/tried; exit 1; fi']
        volumeMounts: [{name: marks, mountPath: /marks}]
        resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 32Mi}}
YAML
}
settle() { until_true 90 "the job is complete" kubectl -n production wait --for=condition=Complete job/migrate --timeout=1s; }
