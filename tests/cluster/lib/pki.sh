# The cluster's certificates and kubeconfig files, made anew for every cluster with openssl. Sourced, never run.

PKI=$STATE/pki

# One key and certificate, signed by the cluster's authority: certificate FILE GROUP USER [ALTERNATIVE-NAMES]
certificate() {
  local file=$1 subject="/O=$2/CN=$3" names=${4:-DNS:$1}
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$file.key" -subj "$subject" -out "$file.csr" 2>/dev/null
  openssl x509 -req -in "$file.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$file.crt" \
    -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$names") 2>/dev/null
  rm "$file.csr"
}

# A kubeconfig that carries its certificates, so that it can be copied: kubeconfig FILE USER
kubeconfig() {
  local inline; inline() { base64 -w0 "$PKI/$1"; }
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: tarbox-test, cluster: {server: "https://$NODE_IP:6443", certificate-authority-data: $(inline ca.crt)}}]
users: [{name: $2, user: {client-certificate-data: $(inline "$2.crt"), client-key-data: $(inline "$2.key")}}]
contexts: [{name: tarbox-test, context: {cluster: tarbox-test, user: $2}}]
current-context: tarbox-test
YAML
  chmod 600 "$1"
}

make_pki() {
  [ -f "$PKI/done" ] && return 0
  mkdir -p "$PKI"
  (
    cd "$PKI"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -subj /CN=kubernetes-ca -days 365 -out ca.crt 2>/dev/null
    local service=kubernetes.default.svc.cluster.local
    certificate apiserver kubernetes kube-apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:$service,IP:127.0.0.1,IP:10.96.0.1,IP:$NODE_IP"
    certificate admin system:masters kubernetes-admin
    certificate kubelet-node-1 system:nodes system:node:node-1 DNS:node-1,IP:127.0.0.1,IP:$NODE_IP
    certificate kubelet-node-2 system:nodes system:node:node-2 DNS:node-2,IP:127.0.0.1,IP:10.243.0.2
    certificate controller-manager system:kube-controller-manager system:kube-controller-manager
    certificate scheduler system:kube-scheduler system:kube-scheduler
    certificate front-proxy kubernetes front-proxy-client
    openssl ecparam -name prime256v1 -genkey -noout -out service-accounts.key 2>/dev/null
    openssl ec -in service-accounts.key -pubout -out service-accounts.pub 2>/dev/null
    touch done
  )
  local user; for user in kubelet-node-1 kubelet-node-2 controller-manager scheduler; do kubeconfig "$STATE/$user.kubeconfig" $user; done
  kubeconfig "$KUBECONFIG" admin
}
