# The cluster's image registry: Debian's docker-registry on loopback ports, known to containerd by names of its own. Sourced.
#   registry.example.com            answers once `start_registry` ran, and knows shepherd in the version that is deployed
#   private.registry.example.com    asks for a name and a password (`start_private_registry`)
#   down.registry.example.com       nothing listens there
#   tls.registry.example.com        is asked for TLS and answers without (`start_registry`)
#   answering.registry.example.com  gives one answer to everything (`start_answering_registry`)
# Any other name is looked up in the cluster's own name server, which knows none.

registry_names() {
  local name port
  while read -r name url; do
    mkdir -p "$STATE/registries/$name"
    printf 'server = "%s"\n\n[host."%s"]\n  capabilities = ["pull", "resolve", "push"]\n' "$url" "$url" >"$STATE/registries/$name/hosts.toml"
  done <<LIST
registry.example.com http://127.0.0.1:5801
private.registry.example.com http://127.0.0.1:5802
down.registry.example.com http://127.0.0.1:5899
tls.registry.example.com https://127.0.0.1:5801
answering.registry.example.com http://127.0.0.1:5803
LIST
}

registry_process() { # NAME PORT [more configuration]
  cat >"$STATE/$1.yaml" <<YAML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $STATE/$1-data}}
http: {addr: "127.0.0.1:$2"}
${3:-}
YAML
  start "$1" docker-registry serve "$STATE/$1.yaml"
  ready "$1" 20 bash -c "exec 3<>/dev/tcp/127.0.0.1/$2"
}

start_registry() {
  registry_process registry 5801
  ctr_node $NODE images push --plain-http --hosts-dir "$STATE/registries" "$APP_IMAGE" >"$LOGS/push.log" 2>&1 ||
    { tail -n 5 "$LOGS/push.log" >&2; return 1; }
}

start_private_registry() {
  perl -e 'print "shepherd:", crypt("only-for-tests", "\$2y\$05\$abcdefghijklmnopqrstuu"), "\n"' >"$STATE/private-registry.htpasswd"
  registry_process private-registry 5802 "auth: {htpasswd: {realm: private, path: $STATE/private-registry.htpasswd}}"
}

# A registry that answers everything in the same way: start_answering_registry "STATUS REASON" BODY
start_answering_registry() {
  printf 'HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$1" ${#2} "$2" >"$STATE/answer"
  start answering-registry socat TCP-LISTEN:5803,bind=127.0.0.1,fork,reuseaddr SYSTEM:"head -c 1 >/dev/null; cat $STATE/answer"
  ready answering-registry 20 bash -c 'exec 3<>/dev/tcp/127.0.0.1/5803'
}

# Puts a version of the service into the registry that was built for arm64: push_foreign_image VERSION
push_foreign_image() {
  local folder=$STATE/foreign image=$REGISTRY/shepherd:$1; rm -rf "$folder"; mkdir -p "$folder/bin"; echo arm64 >"$folder/bin/gunicorn"
  layer "$folder" "$folder.layer"; ARCHITECTURE=arm64 pack "$folder.tar" "$image" '["gunicorn"]' "$folder.layer"
  ctr_node $NODE images import --all-platforms --no-unpack "$folder.tar" >"$LOGS/push.log" 2>&1 &&
    ctr_node $NODE images push --platform linux/arm64 --plain-http --hosts-dir "$STATE/registries" "$image" >>"$LOGS/push.log" 2>&1 ||
    { tail -n 5 "$LOGS/push.log" >&2; return 1; }
  ctr_node $NODE images remove "$image" >/dev/null
}
