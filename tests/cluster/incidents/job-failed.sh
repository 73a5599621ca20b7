# A nightly job fails until it is given up.
# rule: job-failed
# object: Job/production/report
# never: crash-loop container-exits-cleanly
make() {
  healthy_service
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "report"}, "spec": {"backoffLimit": 1, "template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "report", "image": "localhost/busybox:1", "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", "echo ERROR no such table: invoices; exit 2"]}]}}}}'
}
settle() { until_true 90 "the job is given up" kubectl -n production wait --for=condition=Failed job/report --timeout=1s; }
