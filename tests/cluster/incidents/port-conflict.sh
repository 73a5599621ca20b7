# A sidecar listens on the port of the service in the same pod: whoever comes second dies.
# rule: port-conflict
# object: Deployment/production/shepherd
# never: crash-loop
make() { service 'pod(.containers += [{name: "proxy", image: .containers[0].image, imagePullPolicy: "IfNotPresent", command: ["python3", "-c", "import http.server; print(\"proxy listens on 5000\", flush=True); http.server.ThreadingHTTPServer((\"\", 5000), http.server.SimpleHTTPRequestHandler).serve_forever()"], ports: [{containerPort: 5000}]}])'; }
settle() { until_true 120 "one of the two is restarted" restarted production 2; }
