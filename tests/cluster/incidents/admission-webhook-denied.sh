# A policy webhook refuses pods without a team label, and the new version has none.
# rule: admission-webhook-denied
# object: Deployment/production/shepherd|ValidatingWebhookConfiguration/pod-policy
# never: admission-webhook-unreachable rollout-stuck
make() {
  healthy_service
  (cd "$PKI" && certificate pod-policy policy pod-policy DNS:pod-policy.policy.svc)
  kubectl create namespace policy >/dev/null
  kubectl -n policy create secret tls pod-policy --cert="$PKI/pod-policy.crt" --key="$PKI/pod-policy.key" >/dev/null
  kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: pod-policy, namespace: policy}
spec: {selector: {app: pod-policy}, ports: [{port: 443, targetPort: 8443}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: pod-policy, namespace: policy}
data:
  policy.py: |
    import http.server, json, ssl
    class Policy(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            request = review["request"]
            allowed = "team" in (request["object"]["metadata"].get("labels") or {})
            answer = {"uid": request["uid"], "allowed": allowed}
            if not allowed:
                answer["status"] = {"code": 403, "message": "pods need the label \"team\""}
            body = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}).encode()
            self.send_response(200); self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(len(body))); self.end_headers()
            self.wfile.write(body)
    server = http.server.ThreadingHTTPServer(("", 8443), Policy)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain("/tls/tls.crt", "/tls/tls.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("policy server listens on 8443", flush=True)
    server.serve_forever()
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: pod-policy, namespace: policy}
spec:
  selector: {matchLabels: {app: pod-policy}}
  template:
    metadata: {labels: {app: pod-policy}}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 2
      containers:
      - {name: policy, image: "$APP_IMAGE", imagePullPolicy: IfNotPresent, command: [python3, /policy/policy.py], ports: [{containerPort: 8443}],
         readinessProbe: {tcpSocket: {port: 8443}, periodSeconds: 2}, resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 96Mi}},
         volumeMounts: [{name: policy, mountPath: /policy}, {name: tls, mountPath: /tls}]}
      volumes: [{name: policy, configMap: {name: pod-policy}}, {name: tls, secret: {secretName: pod-policy}}]
YAML
  kubectl -n policy rollout status deployment/pod-policy --timeout=60s >/dev/null
  kubectl apply -f - >/dev/null <<YAML
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: pod-policy}
webhooks:
- name: pods.policy.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: production}}
  rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  clientConfig: {service: {namespace: policy, name: pod-policy, path: /validate}, caBundle: $(base64 -w0 "$PKI/ca.crt")}
YAML
  kubectl -n production rollout restart deployment shepherd >/dev/null
}
settle() { until_true 60 "pods are refused" event production FailedCreate 'admission webhook "pods.policy.example.com" denied the request'; }
end() { kubectl delete validatingwebhookconfiguration pod-policy --ignore-not-found >/dev/null; }
