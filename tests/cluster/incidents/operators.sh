# Nothing is wrong, and the cluster is managed by everything at once: Istio, Gateway API, Prometheus operator, cert-manager, Argo CD, Flux.
# rule: none
# object: -
# never:
make() {
  custom_resources {virtualservices,destinationrules}.networking.istio.io {gatewayclasses,gateways,httproutes}.gateway.networking.k8s.io \
    {servicemonitors,prometheusrules}.monitoring.coreos.com {clusterissuers,certificates}.cert-manager.io {applications,appprojects}.argoproj.io \
    {gitrepositories,helmrepositories}.source.toolkit.fluxcd.io kustomizations.kustomize.toolkit.fluxcd.io helmreleases.helm.toolkit.fluxcd.io
  healthy_service; tls_secret shepherd.example.com -10 80
  local objects; objects=$(kubectl create --dry-run=client -o json -f - <<YAML
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shepherd, namespace: production}
spec: {hosts: [shepherd], http: [{route: [{destination: {host: shepherd, subset: stable}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: shepherd, namespace: production}
spec: {host: shepherd, subsets: [{name: stable, labels: $(kubectl -n production get service shepherd -o json | jq -c .spec.selector)}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: edge}
spec: {controllerName: example.com/edge}
status: {conditions: [$(condition Accepted Accepted)]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: production}
spec: {gatewayClassName: edge, listeners: [{name: http, port: 80, protocol: HTTP}]}
status:
  conditions: [$(condition Accepted Accepted), $(condition Programmed Programmed)]
  listeners: [{name: http, attachedRoutes: 1, supportedKinds: [{group: gateway.networking.k8s.io, kind: HTTPRoute}], conditions: [$(condition Programmed Programmed)]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shepherd, namespace: production}
spec: {parentRefs: [{name: edge}], hostnames: [shepherd.example.com], rules: [{backendRefs: [{name: shepherd, port: 5000}]}]}
status: {parents: [{controllerName: example.com/edge, parentRef: {name: edge}, conditions: [$(condition Accepted Accepted), $(condition ResolvedRefs ResolvedRefs)]}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shepherd, namespace: production}
spec: {selector: {matchLabels: $(kubectl -n production get service shepherd -o json | jq -c '.metadata.labels // {}')}, endpoints: [{port: http, path: /metrics}]}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: shepherd, namespace: production}
spec: {groups: [{name: shepherd, rules: [{alert: NobodyAnswers, expr: 'up{job="shepherd"} == 0', for: 5m}]}]}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: house}
spec: {selfSigned: {}}
status: {conditions: [$(condition Ready IsReady)]}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: shepherd, namespace: production}
spec: {secretName: shepherd-tls, dnsNames: [shepherd.example.com], issuerRef: {name: house, kind: ClusterIssuer}}
status: {conditions: [$(condition Ready Ready)], revision: 1}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: shop, namespace: production}
spec: {destinations: [{namespace: production, server: https://kubernetes.default.svc}], sourceRepos: ["*"]}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shepherd, namespace: production}
spec: {project: shop, destination: {namespace: production, server: https://kubernetes.default.svc}, source: {repoURL: https://git.example.com/shop/deploy.git, path: shepherd, targetRevision: main}}
status: {health: {status: Healthy}, sync: {status: Synced, revision: 4f9c1e2d7a8b6c5d4e3f2a1b0c9d8e7f6a5b4c3d}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: deploy, namespace: production}
spec: {interval: 5m, url: https://git.example.com/shop/deploy.git}
status: {conditions: [$(condition Ready Succeeded)]}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: production}
spec: {interval: 1h, url: https://charts.example.com}
status: {conditions: [$(condition Ready Succeeded)]}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shepherd, namespace: production}
spec: {interval: 10m, prune: true, path: ./shepherd, sourceRef: {kind: GitRepository, name: deploy}}
status: {conditions: [$(condition Ready ReconciliationSucceeded)]}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shepherd, namespace: production}
spec: {interval: 10m, chart: {spec: {chart: shepherd, sourceRef: {kind: HelmRepository, name: charts}}}}
status: {conditions: [$(condition Ready InstallSucceeded)]}
YAML
)
  kubectl apply -f - >/dev/null <<<"$objects"
  # What the operators would have written: most of these kinds keep their status in a part of its own.
  jq -c 'select(.status != null and (.apiVersion | startswith("argoproj.io") | not))' <<<"$objects" | while read -r object; do
    kubectl apply --server-side --force-conflicts --subresource=status -f - >/dev/null <<<"$object"
  done
}
# A condition that is met: condition TYPE REASON
condition() { printf '{type: %s, reason: %s, status: "True", message: "all is well", lastTransitionTime: "%s", observedGeneration: 1}' "$1" "$2" "$(date -u -d '2 hours ago' +%FT%TZ)"; }
settle() { requests 5; }
end() { without_custom_resources; }
