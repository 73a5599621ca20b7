# The cluster's node: containerd, kubelet, kube-proxy, and a name server that stands for the company's. Sourced, never run.

ctr_node() { ctr -a "$CONTAINERD" -n k8s.io "$@"; }

# Pods get point-to-point links, so that every packet between them passes the node's own packet filter.
node_files() {
  mkdir -p "$STATE"/{cni,manifests,volumes} /run/tarbox-cluster
  cat >"$STATE/cni/10-tarbox.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "tarbox-cluster", "plugins": [
  {"type": "ptp", "ipMasq": true, "ipam": {"type": "host-local", "dataDir": "$STATE/addresses", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  cat >"$STATE/containerd.toml" <<TOML
version = 2
root = "$STATE/containerd"
state = "/run/tarbox-cluster"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$CONTAINERD"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true   # without CAP_SYS_RESOURCE every sandbox dies otherwise
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$STATE/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$STATE/registries"
TOML
  cat >"$STATE/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
containerRuntimeEndpoint: unix://$CONTAINERD
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $STATE/resolv.conf
tlsCertFile: $PKI/kubelet.crt
tlsPrivateKeyFile: $PKI/kubelet.key
staticPodPath: $STATE/manifests
nodeStatusUpdateFrequency: 5s
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
YAML
  cat >"$STATE/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.244.0.0/16
clientConnection: {kubeconfig: $STATE/proxy.kubeconfig}
hostnameOverride: $NODE
conntrack: {maxPerCore: 0, min: 0}
healthzBindAddress: 127.0.0.1:10256
YAML
  # Names outside the cluster: a name server of our own that knows none, so that no query leaves the machine.
  printf '.:53 {\n  bind %s\n  template ANY ANY {\n    rcode NXDOMAIN\n  }\n}\n' $NODE_IP >"$STATE/upstream.Corefile"
  printf 'nameserver %s\n' $NODE_IP >"$STATE/resolv.conf"
}

start_node() {
  node_files; registry_names; make_images
  start upstream-dns "$(program_folder coredns)/coredns" -conf "$STATE/upstream.Corefile"
  start containerd containerd --config "$STATE/containerd.toml"
  ready containerd 30 ctr_node version
  ready upstream-dns 20 bash -c "exec 3<>/dev/tcp/$NODE_IP/53"
  local archive; for archive in "${WANTED[@]}"; do
    [ -e "$STATE/imported/${archive##*/}" ] && continue
    logged import ctr_node images import "$archive"; mkdir -p "$STATE/imported"; touch "$STATE/imported/${archive##*/}"
  done
  start kubelet kubelet --config="$STATE/kubelet.yaml" --kubeconfig="$STATE/kubelet.kubeconfig" --hostname-override=$NODE --node-ip=$NODE_IP --root-dir="$STATE/kubelet" --v=2
  start kube-proxy kube-proxy --config="$STATE/proxy.yaml"
  ready kubelet 60 node_ready
}

node_ready() { kubectl get node $NODE -o json | jq -e 'any(.status.conditions[]; .type == "Ready" and .status == "True")'; }

# Ends what the node's containers left behind: tasks, shims, network namespaces, mounts, packet filter rules, control groups.
clear_node() {
  local id path pid
  if alive containerd; then
    for id in $(ctr_node containers ls -q 2>/dev/null); do
      path=$(ctr_node containers info "$id" 2>/dev/null | jq -r '.Spec.linux.namespaces[]? | select(.type == "network") | .path // empty')
      case $path in */netns/cni-*) echo "$path" ;; esac
      ctr_node tasks delete --force "$id" >/dev/null 2>&1 || true
      ctr_node containers delete "$id" >/dev/null 2>&1 || true
    done | sort -u | while read -r path; do umount "$path" 2>/dev/null || true; rm -f "$path"; done
    stop containerd
  fi
  for pid in /proc/[0-9]*; do   # a shim that outlived its task: ours name our containerd's socket
    tr '\0' ' ' <"$pid/cmdline" 2>/dev/null | grep -q "^[^ ]*containerd-shim.* -address $CONTAINERD" && kill -9 "${pid#/proc/}" 2>/dev/null
  done
  findmnt -rno TARGET | grep -E "^($STATE|/run/tarbox-cluster)/" | sort -r | while read -r path; do umount -l "$path" || true; done
  command -v kube-proxy >/dev/null && kube-proxy --cleanup >/dev/null 2>&1 || true
  find /sys/fs/cgroup -depth -type d -path '*/kubepods*' -exec rmdir {} + 2>/dev/null || true
}
