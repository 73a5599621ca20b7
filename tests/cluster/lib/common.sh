# What every program of the test cluster starts from: folders, versions, messages. Sourced, never run.
# TARBOX_CLUSTER_CACHE holds what takes long to make and is kept; TARBOX_CLUSTER_STATE is one running cluster, gone after `down`.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${TARBOX_CLUSTER_CACHE:-${HOME:-/root}/.cache/tarbox-cluster}
STATE=${TARBOX_CLUSTER_STATE:-/var/lib/tarbox-cluster}
LOGS=$CACHE/log
NODE=node-1
NODE_IP=10.243.0.1
NODE_LINK=tarbox0
CONTAINERD=/run/tarbox-cluster/containerd.sock
REGISTRY=registry.example.com          # the name of the cluster's own registry, on a loopback port: lib/registry.sh
PATIENCE=${TARBOX_CLUSTER_PATIENCE:-3}  # every waiting may take so many times what an idle machine needs
export KUBECONFIG=$STATE/admin.kubeconfig
mkdir -p "$LOGS"

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a command with its output in a log file; when it fails, says so with the end of that log.
logged() {
  local name=$1; shift
  "$@" >"$LOGS/$name.log" 2>&1 && return 0
  say "error: $name failed, the end of $LOGS/$name.log:"; tail -n 20 "$LOGS/$name.log" >&2; return 1
}

# The version of a dependency, as the go.mod of binaries/NAME asks for it: version_of NAME DEPENDENCY
version_of() { awk -v want="$2" '{ sub(/^require /, "") } $1 == want && $2 ~ /^v/ { print $2; exit }' "$HERE/binaries/$1/go.mod"; }

# The Go programs, by the versions that binaries/ asks for.
program_folder() {
  case $1 in
    kubernetes) echo "$CACHE/kubernetes-$(version_of kubernetes k8s.io/kubernetes)" ;;
    ferretdb) echo "$CACHE/ferretdb-$(version_of ferretdb github.com/FerretDB/FerretDB)" ;;
    coredns) echo "$CACHE/coredns-$(version_of coredns github.com/coredns/coredns)" ;;
    kwok) echo "$CACHE/kwok-$(version_of kwok sigs.k8s.io/kwok)" ;;
    troubleshoot) echo "$CACHE/troubleshoot-$(version_of troubleshoot github.com/replicatedhq/troubleshoot)" ;;
    helm) echo "$CACHE/helm-$(version_of helm helm.sh/helm/v3)" ;;
    metrics-server) echo "$CACHE/metrics-server-$(version_of metrics-server sigs.k8s.io/metrics-server)" ;;
    kube-router) echo "$CACHE/kube-router-$(version_of kube-router github.com/cloudnativelabs/kube-router/v2)" ;;
    custom-resources | operators) echo "$CACHE/$1-$(sha256sum "$HERE/binaries/$1/go.mod" | head -c 12)" ;;
    *) die "unknown program: $1" ;;
  esac
}
for folder in kubernetes helm; do PATH=$(program_folder $folder):$PATH; done
export PATH

# Waits until a command succeeds, asking twice a second: until_true SECONDS WHAT COMMAND…; SECONDS of an idle machine.
until_true() {
  local seconds=$(($1 * PATIENCE)) what=$2; shift 2; local end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then say "error: after $seconds s still not so: $what"; return 1; fi
    sleep 0.5
  done
}
