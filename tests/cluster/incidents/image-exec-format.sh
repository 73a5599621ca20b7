# The image says that it is for this processor, and its program is for another one: it was copied from a developer's laptop.
# rule: image-architecture-mismatch
# object: Deployment/production/shepherd
# never: crash-loop command-not-found permission-denied
make() {
  kubectl create namespace production --save-config >/dev/null
  # The first bytes of an arm64 program are enough for the kernel to refuse it.
  { printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\267\000\001\000\000\000'; head -c 232 /dev/zero; } >"$STATE/foreign-program"
  kubectl -n production create configmap tools --from-file=migrate="$STATE/foreign-program" >/dev/null
  service 'pod(.volumes += [{name: "tools", configMap: {name: "tools", defaultMode: 493}}] | .containers[0].volumeMounts += [{name: "tools", mountPath: "/opt/tools"}] | .containers[0].command = ["/opt/tools/migrate"])'
}
settle() { until_true 60 "the kernel refuses the program" logged_line 'exec format error'; until_true 60 "it is restarted" restarted production 1; }
