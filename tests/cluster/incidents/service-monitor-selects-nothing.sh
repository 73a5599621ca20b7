# The ServiceMonitor selects a label that the Service does not have: the service is never scraped.
# rule: service-monitor-selects-nothing
# object: ServiceMonitor/production/shepherd
# never: metrics-endpoint-failing prometheus-unavailable
make() {
  custom_resources servicemonitors.monitoring.coreos.com; healthy_service
  kubectl -n production apply -f - >/dev/null <<'YAML'
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shepherd}
spec:
  selector: {matchLabels: {app: shepherd}}
  endpoints: [{port: http, path: /metrics}]
YAML
}
settle() { requests 5; }
end() { without_custom_resources; }
