# The quota of the namespace allows one Service and another one took it: the service's own could not be made, and nothing says so in the cluster.
# rule: quota-exceeded
# object: ResourceQuota/production/team-quota|Namespace/production|Service/production/shepherd
# never: service-missing
make() {
  kubectl create namespace production --save-config >/dev/null
  kubectl -n production create quota team-quota --hard=services=1 >/dev/null
  kubectl -n production create service clusterip legacy --tcp=80 >/dev/null
  until_true 20 "the quota counts" counted
  service 2>"$LOGS/refused.log" || grep -q 'exceeded quota: team-quota' "$LOGS/refused.log"
  kubectl -n production rollout status deployment/shepherd --timeout=120s >/dev/null
}
counted() { kubectl -n production get resourcequota team-quota -o json | jq -e '.status.used.services == "1"'; }
settle() { requests 10; }
