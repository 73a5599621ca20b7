# The pods ask for a scheduler that does not run here: nobody says anything at all.
# rule: wrong-scheduler-name
# object: Deployment/production/shepherd
# never: pod-pending scheduler-unavailable
make() { service 'pod(.schedulerName = "volcano")'; }
settle() { until_true 30 "the pods wait" some_pod production '.status.phase == "Pending"'; sleep 20; }
