# The service of the troubleshooting guide on the running cluster: install it, broken or whole, send it requests, wait. Sourced.

MANIFESTS=$HERE/service/manifests
# Names for what incidents change, as jq filters over one object: deployment(…), pod(…), container(…), environment(NAME; VALUE),
# source(VARIABLE; …) for where a variable's value comes from, object(KIND; NAME; …).
FILTERS='
  def object($kind; $name; f): if .kind == $kind and .metadata.name == $name then f else . end;
  def deployment(f): object("Deployment"; "shepherd"; f);
  def pod(f): deployment(.spec.template.spec |= f);
  def container(f): pod(.containers[0] |= f);
  def source($name; f): container(.env |= map(if .name == $name then .valueFrom |= f else . end));
  def environment($name; $value): container(.env |= map(select(.name != $name)) + [{name: $name, value: $value}]);
'

# Applies the service's manifests, changed by a jq filter: service [FILTER]. Applying again with another filter is a roll-out.
# The database comes first, so that the service does not fall over it once at its start.
service() {
  local part; for part in 10-database 20-shepherd; do
    kubectl create --dry-run=client -o json -f "$MANIFESTS/$part.yaml" | jq "$FILTERS ${1:-.}" | kubectl apply -f - >/dev/null
    [ $part = 20-shepherd ] || kubectl -n mongodb rollout status statefulset/mongodb --timeout=$((60 * PATIENCE))s >/dev/null
  done
}

service_ready() {
  kubectl -n mongodb rollout status statefulset/mongodb --timeout=$((120 * PATIENCE))s >/dev/null &&
    kubectl -n production rollout status deployment/shepherd --timeout=$((120 * PATIENCE))s >/dev/null || { pods >&2; return 1; }
  until_true 20 "the service answers" answers
}
answers() { curl -fsS -m 5 "http://$(kubectl -n production get service shepherd -o jsonpath='{.spec.clusterIP}'):5000/api/health"; }

# The ingress controller hears of a ready service a moment after the service itself answers, and on a fast machine that moment is seen.
answers_outside() { curl -fsS -m 5 -H 'Host: shepherd.example.com' "http://$NODE_IP:30080/api/health"; }

# The service, whole, ready and with some requests behind it.
healthy_service() { service; service_ready; seed; requests 40; }

seed() {
  until_true 20 "the service answers through the ingress" answers_outside
  local name; for name in billing catalogue checkout search; do
    curl -fsS -m 10 -o /dev/null -H 'Host: shepherd.example.com' -H 'Content-Type: application/json' "http://$NODE_IP:30080/api/configurations" \
      -d "{\"environment\": \"production\", \"service\": \"$name\", \"replicas\": 2}"
  done
}

# Sends requests through the ingress controller, whatever the answer: requests COUNT [PAUSE-SECONDS]
requests() {
  local i; for i in $(seq "$1"); do
    curl -s -m 10 -o /dev/null -H 'Host: shepherd.example.com' "http://$NODE_IP:30080/api/configurations?page=$i" || true
    sleep "${2:-0.05}"
  done
}

# The service with one more volume, from a claim of its own that has this specification: claimed_service JSON
claimed_service() {
  kubectl create namespace production --save-config >/dev/null
  jq -n --argjson spec "$1" '{apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: {name: "shepherd-data", namespace: "production"}, $spec}' | kubectl apply -f - >/dev/null
  service 'pod(.volumes += [{name: "data", persistentVolumeClaim: {claimName: "shepherd-data"}}] | .containers[0].volumeMounts += [{name: "data", mountPath: "/data"}])'
}

# A folder for a volume on node-1 that holds no more than so many megabytes: small_volume NAME MEGABYTES
small_volume() { mkdir -p "$STATE/volumes/$1"; mount -t tmpfs -o "size=${2}m" tarbox "$STATE/volumes/$1"; }
release_volume() { ! mountpoint -q "$STATE/volumes/$1" || umount -l "$STATE/volumes/$1"; }

# A certificate for a host with its key, as the Secret production/shepherd-tls: tls_secret HOST FROM-DAYS TO-DAYS (from today)
tls_secret() {
  local folder=$STATE/tls; rm -rf "$folder"; mkdir -p "$folder"
  (
    cd "$folder"; : >index; echo 01 >serial
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=DNS:%s\n' "$1" >configuration
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout tls.key -subj "/CN=$1" -out tls.csr
    openssl ca -batch -config configuration -selfsign -keyfile tls.key -in tls.csr -out tls.crt -notext \
      -startdate "$(date -ud "$2 days" +%Y%m%d%H%M%SZ)" -enddate "$(date -ud "$3 days" +%Y%m%d%H%M%SZ)"
  ) 2>"$LOGS/tls.log" || { tail -n 5 "$LOGS/tls.log" >&2; return 1; }
  kubectl -n production create secret tls shepherd-tls --cert="$folder/tls.crt" --key="$folder/tls.key" >/dev/null
}

# A second service, beside the first: service/manifests/audit.yaml.
audit_service() { kubectl apply -f "$MANIFESTS/audit.yaml" >/dev/null; kubectl -n production rollout status deployment/audit --timeout=$((60 * PATIENCE))s >/dev/null; }

pods() { kubectl get pods -A -o wide; }

# Pods may still be made by controllers that have not heard of the end: those go as well, each time this is asked.
without_workloads() {
  kubectl -n "$1" delete pods --all --force --grace-period=0 --wait=false || true
  [ -z "$(kubectl -n "$1" get deployments,daemonsets -o name)" ]
}

# Brings the cluster back to nothing but itself: the service and whatever incidents made beside it are gone, with their events.
reset() {
  local doomed; doomed=$(kubectl get namespaces -o json | jq -r '.items[].metadata.name | select(. as $n | ["default", "kube-system", "kube-public", "kube-node-lease", "ingress-nginx"] | index($n) | not)')
  [ -z "$doomed" ] || kubectl delete namespace $doomed --wait=false >/dev/null
  local namespace; for namespace in $doomed; do kubectl -n "$namespace" delete pods --all --force --grace-period=0 >/dev/null 2>&1; done
  [ -z "$doomed" ] || kubectl wait --for=delete $(printf 'namespace/%s ' $doomed) --timeout=$((120 * PATIENCE))s >/dev/null
  kubectl delete persistentvolumes,storageclasses --all >/dev/null
  rm -rf "$STATE"/volumes/*
  # The pods, logs and revisions of the last incident must not be in the next one's bundle.
  for namespace in kube-system ingress-nginx; do
    kubectl -n $namespace delete deployments,daemonsets --all --cascade=foreground --wait=false >/dev/null
    until_true 60 "the old workloads of $namespace are gone" without_workloads $namespace
  done
  kubectl apply -f "$HERE/addons" >/dev/null
  kubectl -n kube-system rollout status daemonset/kube-proxy --timeout=$((60 * PATIENCE))s >/dev/null
  kubectl -n kube-system rollout status deployment/coredns --timeout=$((60 * PATIENCE))s >/dev/null
  kubectl -n ingress-nginx rollout status deployment/ingress-nginx-controller --timeout=$((60 * PATIENCE))s >/dev/null
  kubectl delete events --all -A >/dev/null
}

# --- What some incidents need beside a plain cluster ----------------------------------------------------------------------------

# Adds a part of parts/ to the cluster, and takes it away again: part NAME, without_part NAME
part() {
  case $1 in kube-router | metrics-server) [ -x "$(program_folder "$1")/$1" ] || die "$1 is not installed: run $HERE/install --all, and $HERE/up again" ;; esac
  kubectl apply -f "$HERE/parts/$1.yaml" >/dev/null
}
without_part() { kubectl delete -f "$HERE/parts/$1.yaml" --ignore-not-found >/dev/null; }
# What a mesh leaves in a cluster, without its sidecars.
mesh() { part mesh; kubectl -n istio-system rollout status deployment/istiod --timeout=$((60 * PATIENCE))s >/dev/null; }
# Takes kube-router and its packet filter rules away again.
end_network_policies() {
  without_part kube-router; kubectl -n kube-system wait --for=delete pods -l k8s-app=kube-router --timeout=$((60 * PATIENCE))s >/dev/null
  iptables-save -t filter | grep -vE 'KUBE-(ROUTER|POD-FW|NWPLCY)' | iptables-restore -T filter
}
# Makes kinds known to the cluster, and forgets them again with all their objects: custom_resources NAME.GROUP…
custom_resources() {
  local name folder
  for name in "$@"; do
    for folder in custom-resources operators; do
      [ -f "$(program_folder $folder)/$name.yaml" ] && { kubectl create -f "$(program_folder $folder)/$name.yaml" >/dev/null; continue 2; }
    done
    die "$name is not installed: run $HERE/install --all"
  done
  until_true 30 "the new kinds are served" established "$@"
}
established() { kubectl get customresourcedefinitions "$@" -o json | jq -e 'all((.items // [.])[]; any(.status.conditions[]?; .type == "Established" and .status == "True"))'; }
without_custom_resources() { kubectl delete customresourcedefinitions --all >/dev/null; }

# The service as the chart of service/chart installs it, with its database beside it: release install|upgrade|rollback … (helm's options)
release() {
  [ -x "$(program_folder helm)/helm" ] || die "helm is not installed: run $HERE/install --all"
  case $1 in
    rollback) helm rollback shepherd -n production "${@:2}" >"$LOGS/helm.log" 2>&1 ;;
    *) helm "$1" shepherd "$HERE/service/chart" -n production "${@:2}" >"$LOGS/helm.log" 2>&1 ;;
  esac
}
# What must be there before the chart is: the database, the namespace, the Secret.
before_release() {
  kubectl apply -f "$MANIFESTS/10-database.yaml" >/dev/null; kubectl -n mongodb rollout status statefulset/mongodb --timeout=$((60 * PATIENCE))s >/dev/null
  kubectl create --dry-run=client -o json -f "$MANIFESTS/20-shepherd.yaml" | jq 'select(.kind == "Namespace" or .kind == "Secret")' | kubectl apply -f - >/dev/null
}

# --- What incidents wait for ---------------------------------------------------------------------------------------------------

# Some pod of a namespace for which a jq expression holds: some_pod NAMESPACE EXPRESSION
some_pod() { kubectl -n "$1" get pods -o json | jq -e "any(.items[]; $2)"; }
# Some container of some pod of a namespace whose status satisfies a jq expression: some_container NAMESPACE EXPRESSION
some_container() { some_pod "$1" "any((.status.containerStatuses // [])[], (.status.initContainerStatuses // [])[]; $2)"; }
waiting() { some_container "$1" ".state.waiting.reason == \"$2\""; }
restarted() { some_container "$1" ".restartCount >= $2"; }
# Some event of a namespace whose reason is one of a|b and whose message matches: event NAMESPACE REASONS REGEX
event() { kubectl -n "$1" get events -o json | jq -e --arg reason "$2" --arg text "$3" 'any(.items[]; (.reason | test("^(\($reason))$")) and (.message | test($text)))'; }
# Some line in the present or previous log of the service's pods matches: logged_line REGEX
logged_line() {
  local pod; for pod in $(kubectl -n production get pods -l app.kubernetes.io/name=shepherd -o name); do
    kubectl -n production logs "$pod" 2>/dev/null | grep -E "$1" >/dev/null && return 0   # grep -q would end kubectl before its time
    kubectl -n production logs --previous "$pod" 2>/dev/null | grep -E "$1" >/dev/null && return 0
  done; return 1
}
no_endpoints() { [ "$(kubectl -n production get endpointslices -l kubernetes.io/service-name=shepherd -o json | jq '[.items[].endpoints[]? | select(.conditions.ready)] | length')" = 0 ]; }
