# The cluster's image registry: Debian's docker-registry on loopback ports, known to containerd by names of its own. Sourced.
#   registry.example.com            answers once `start_registry` ran, and knows shepherd in the version that is deployed
#   private.registry.example.com    asks for a name and a password (`start_private_registry`)
#   down.registry.example.com       nothing listens there
#   tls.registry.example.com        is asked for TLS and answers without (`start_registry`)

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
