# The first replica of a StatefulSet was broken by an update; the repaired template is there, but the set waits for the broken pod to get ready first.
# rule: stateful-set-blocked
# object: StatefulSet/production/queue
# never: crash-loop application-startup-failure command-not-found
make() {
  healthy_service
  queue() { jq -n --arg command "$1" '{apiVersion: "apps/v1", kind: "StatefulSet", metadata: {name: "queue", namespace: "production"}, spec: {serviceName: "queue", replicas: 2, selector: {matchLabels: {app: "queue"}}, template: {metadata: {labels: {app: "queue"}}, spec: {terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, containers: [{name: "queue", image: "localhost/busybox:1", imagePullPolicy: "IfNotPresent", command: ["sh", "-c", $command], resources: {requests: {cpu: "10m", memory: "16Mi"}, limits: {memory: "32Mi"}}}]}}}}' | kubectl apply -f - >/dev/null; }
  kubectl -n production create service clusterip queue --clusterip=None >/dev/null
  queue 'echo queue is open; sleep 3600'; kubectl -n production rollout status statefulset/queue --timeout=60s >/dev/null
  queue 'echo ERROR unknown option --journal; exit 1'; until_true 90 "the broken pod is restarted" restarted production 2
  queue 'echo queue is open again; sleep 3600'
}
settle() { sleep 20; requests 5; }
