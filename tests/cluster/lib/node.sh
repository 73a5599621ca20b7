# The cluster's nodes: containerd, kubelet, and a name server that stands for the company's. Sourced, never run.
# node-1 is this machine. node-2, which only some incidents want, lives in a network namespace of its own: `second_node`.

NODE2=node-2
NODE2_IP=10.243.0.2
NODE2_NETWORK=/run/netns/tarbox-node-2

node_folder() { echo "$STATE/$1"; }
node_socket() { [ "$1" = $NODE ] && echo "$CONTAINERD" || echo "/run/tarbox-cluster-$1/containerd.sock"; }
node_control_group() { [ "$1" = $NODE ] && echo / || echo "/tarbox-$1"; }
ctr_node() { local node=$1; shift; ctr -a "$(node_socket "$node")" -n k8s.io "$@"; }
# Runs a command on the network of a node: on_node NODE COMMAND…
on_node() { local node=$1; shift; if [ "$node" = $NODE ]; then "$@"; else nsenter --net=$NODE2_NETWORK "$@"; fi; }
start_on() { local node=$1 name=$2; shift 2; if [ "$node" = $NODE ]; then start "$name-$node" "$@"; else start "$name-$node" nsenter --net=$NODE2_NETWORK "$@"; fi; }

# What the programs of a node read: node_files NODE ADDRESS POD-NETWORK
# Pods get point-to-point links, so that every packet between them passes the node's own packet filter.
node_files() {
  local node=$1 address=$2 network=$3 folder socket; folder=$(node_folder "$node"); socket=$(node_socket "$node")
  mkdir -p "$folder"/{cni,manifests} "$STATE/volumes" "${socket%/*}"
  cat >"$folder/cni/10-tarbox.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "tarbox-cluster", "plugins": [
  {"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local", "dataDir": "$folder/addresses", "ranges": [[{"subnet": "$network"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  cat >"$folder/containerd.toml" <<TOML
version = 2
root = "$folder/containerd"
state = "${socket%/*}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true   # without CAP_SYS_RESOURCE every sandbox dies otherwise
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$folder/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$STATE/registries"
TOML
  cat >"$folder/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $address
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: $(node_control_group "$node")
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://$socket
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $STATE/resolv.conf
tlsCertFile: $PKI/kubelet-$node.crt
tlsPrivateKeyFile: $PKI/kubelet-$node.key
staticPodPath: $folder/manifests
podLogsDir: $folder/logs
nodeStatusUpdateFrequency: 5s
volumeStatsAggPeriod: 10s
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
YAML
}

# Names outside the cluster: a name server of our own that knows none, so that no query leaves the machine.
upstream_dns() {
  printf '.:53 {\n  bind %s\n  template ANY ANY {\n    rcode NXDOMAIN\n  }\n}\n' $NODE_IP >"$STATE/upstream.Corefile"
  printf 'nameserver %s\n' $NODE_IP >"$STATE/resolv.conf"
  start upstream-dns "$(program_folder coredns)/coredns" -conf "$STATE/upstream.Corefile"
  ready upstream-dns 20 bash -c "exec 3<>/dev/tcp/$NODE_IP/53"
}

# Starts the programs of a node and waits until it is ready: start_node NODE ADDRESS POD-NETWORK
start_node() {
  local node=$1 address=$2 folder archive controller; folder=$(node_folder "$node")
  node_files "$@"; make_images
  if [ "$node" != $NODE ]; then
    for controller in /sys/fs/cgroup/*/; do mkdir -p "$controller$(node_control_group "$node")"; done
    [ ! -e /sys/fs/cgroup/cpuset ] || for file in cpus mems; do cat /sys/fs/cgroup/cpuset/cpuset.$file >"/sys/fs/cgroup/cpuset$(node_control_group "$node")/cpuset.$file"; done
  fi
  # containerd asks the cluster's own name server for registries, in a view of the file system in which the kubelet's mounts show.
  start_on "$node" containerd unshare --mount --propagation slave sh -c 'mount --bind "$1" /etc/resolv.conf && exec containerd --config "$2"' - "$STATE/resolv.conf" "$folder/containerd.toml"
  ready "containerd-$node" 30 ctr_node "$node" version
  for archive in "${WANTED[@]}"; do
    [ -e "$folder/imported/${archive##*/}" ] && continue
    logged import ctr_node "$node" images import "$archive"; mkdir -p "$folder/imported"; touch "$folder/imported/${archive##*/}"
  done
  start_kubelet "$node" "$address"
  ready "kubelet-$node" 60 node_ready "$node"
}
start_kubelet() {
  local node=$1; start_on "$node" kubelet kubelet --config="$(node_folder "$node")/kubelet.yaml" --kubeconfig="$STATE/kubelet-$node.kubeconfig" \
    --hostname-override="$node" --node-ip="$2" --root-dir="$(node_folder "$node")/kubelet" --v=2
}
# Starts a node's kubelet anew with more lines in its configuration: configure_kubelet NODE [LINE…]
configure_kubelet() {
  local node=$1 file line key; file=$(node_folder "$node")/kubelet.yaml; shift
  [ -f "$file.first" ] || cp "$file" "$file.first"
  cp "$file.first" "$file"
  for line in "$@"; do key=${line%%:*}; sed -i "/^$key:/d" "$file"; printf '%s\n' "$line" >>"$file"; done
  stop "kubelet-$node"; start_kubelet "$node" "$(sed -n 's/^address: //p' "$file")"
  sleep 2; until_true 60 "$node has its kubelet again" kubectl get --raw "/api/v1/nodes/$node/proxy/healthz"
}
node_condition() { kubectl get node "$1" -o json | jq -e --arg type "$2" --arg status "$3" 'any(.status.conditions[]; .type == $type and (.status | test($status)))'; }
node_ready() { node_condition "$1" Ready '^True$'; }
node_lost() { node_condition "$1" Ready '^(False|Unknown)$'; }

# Adds a second node, linked to the first by a cable of its own.
second_node() {
  if alive kubelet-$NODE2 && node_ready $NODE2; then return 0; fi
  remove_second_node
  if [ ! -e $NODE2_NETWORK ]; then
    ip netns add ${NODE2_NETWORK##*/}
    ip link add tarbox2 type veth peer name eth0 netns ${NODE2_NETWORK##*/}
    ip link set tarbox2 master $NODE_LINK up
    on_node $NODE2 ip link set lo up; on_node $NODE2 ip addr add $NODE2_IP/24 dev eth0; on_node $NODE2 ip link set eth0 up
    on_node $NODE2 ip route add default via $NODE_IP; ip route replace 10.244.1.0/24 via $NODE2_IP
    on_node $NODE2 sysctl -qw net.ipv4.ip_forward=1
  fi
  start_node $NODE2 $NODE2_IP 10.244.1.0/24
}

# What a failed power supply does: the cable of the second node is dead and its kubelet is gone.
lose_second_node() { ip link set tarbox2 down; stop kubelet-$NODE2; }

# Takes the second node away; its images stay for the next time.
remove_second_node() {
  [ -e $NODE2_NETWORK ] || return 0
  local pod
  kubectl delete node $NODE2 --ignore-not-found --wait=false >/dev/null 2>&1 || true
  kubectl get pods -A --field-selector=spec.nodeName=$NODE2 -o json 2>/dev/null | jq -r '.items[].metadata | "\(.namespace) \(.name)"' |
    while read -r pod; do kubectl -n ${pod% *} delete pod ${pod#* } --force --grace-period=0 >/dev/null 2>&1 || true; done
  stop kubelet-$NODE2; clear_node $NODE2
  ip link delete tarbox2 2>/dev/null || true; ip netns delete ${NODE2_NETWORK##*/}; ip route delete 10.244.1.0/24 2>/dev/null || true
  kubectl delete node $NODE2 --ignore-not-found >/dev/null 2>&1 || true   # the kubelet may have come back with it once
}

# Ends what a node's containers left behind: tasks, shims, network namespaces, mounts, packet filter rules, control groups.
clear_node() {
  local node=$1 id path pid socket folder; socket=$(node_socket "$node"); folder=$(node_folder "$node")
  if alive "containerd-$node"; then
    kill -CONT "$(process containerd-$node)"
    for id in $(ctr_node "$node" containers ls -q 2>/dev/null); do
      path=$(ctr_node "$node" containers info "$id" 2>/dev/null | jq -r '.Spec.linux.namespaces[]? | select(.type == "network") | .path // empty')
      case $path in */netns/cni-*) echo "$path" ;; esac
      ctr_node "$node" tasks delete --force "$id" >/dev/null 2>&1 || true
      ctr_node "$node" containers delete "$id" >/dev/null 2>&1 || true
    done | sort -u | while read -r path; do umount "$path" 2>/dev/null || true; rm -f "$path"; done
    stop "containerd-$node"
  fi
  for pid in /proc/[0-9]*; do   # a shim that outlived its task: ours name our containerd's socket
    { tr '\0' ' ' <"$pid/cmdline"; } 2>/dev/null | grep -q "^[^ ]*containerd-shim.* -address $socket" && kill -9 "${pid#/proc/}" 2>/dev/null
  done
  { findmnt -rno TARGET | grep -E "^($folder|${socket%/*})/" || true; } | sort -r | while read -r path; do umount -l "$path" || true; done
  rm -rf --one-file-system "$folder/kubelet" "$folder/addresses" "$folder/logs" "${socket%/*}"
  if [ "$node" = $NODE ]; then
    command -v kube-proxy >/dev/null && kube-proxy --cleanup >/dev/null 2>&1 || true
    find /sys/fs/cgroup -depth -type d -path '/sys/fs/cgroup/*/kubepods*' -not -path '*/tarbox-*' -exec rmdir {} + 2>/dev/null || true
  else
    find /sys/fs/cgroup -depth -type d -path "/sys/fs/cgroup/*$(node_control_group "$node")*" -exec rmdir {} + 2>/dev/null || true
  fi
}
