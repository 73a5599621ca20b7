# A job that should run every minute hangs, and its schedule forbids a second one beside it: no run since.
# rule: cron-job-stalled
# object: CronJob/production/report
# never: job-failed
make() {
  healthy_service
  kubectl -n production apply -f - >/dev/null <<<'{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "report"}, "spec": {"schedule": "* * * * *", "concurrencyPolicy": "Forbid", "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [{"name": "report", "image": "localhost/busybox:1", "imagePullPolicy": "IfNotPresent", "command": ["sh", "-c", "echo waiting for the lock of the invoices; sleep 36000"]}]}}}}}}'
}
settle() { until_true 200 "a run is left out" event production JobAlreadyActive '.'; sleep 61; }
