# The node was set aside for another team, and the pods do not tolerate that.
# rule: taint-not-tolerated
# object: Deployment/production/shepherd|Node/node-1
# never: pod-pending
make() { kubectl taint node $NODE dedicated=analytics:NoSchedule --overwrite >/dev/null; kubectl create --dry-run=client -o json -f "$MANIFESTS/10-database.yaml" | jq 'if .kind == "StatefulSet" then .spec.template.spec.tolerations = [{operator: "Exists"}] else . end' | kubectl apply -f - >/dev/null; service 'object("StatefulSet"; "mongodb"; .spec.template.spec.tolerations = [{operator: "Exists"}])'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling "untolerated taint"; }
end() { kubectl taint node $NODE dedicated- >/dev/null; }
