# A trap: pods that were evicted earlier still lie about as Failed; their successors are well.
# rule: none
# object: -
# never: pod-evicted ephemeral-storage-exceeded node-under-pressure
make() {
  service 'pod(.volumes += [{name: "cache", emptyDir: {sizeLimit: "10Mi"}}] | .containers[0].volumeMounts += [{name: "cache", mountPath: "/cache"}])'; service_ready; seed
  kubectl -n production exec deploy/shepherd -- dd if=/dev/zero of=/cache/pages bs=1M count=40 >/dev/null 2>&1
  until_true 150 "a pod is evicted" some_pod production '.status.reason == "Evicted"'
}
settle() { service_ready; requests 40 0.2; }
