# The controller manager hangs: the new version of the Deployment is accepted, and nothing happens.
# rule: controller-manager-unavailable
# object: Lease/kube-system/kube-controller-manager|Deployment/production/shepherd|Namespace/kube-system
# never: rollout-stuck rollout-paused
make() { healthy_service; kill -STOP "$(process kube-controller-manager)"; service 'environment("RELEASE"; "1.4.3")'; }
settle() { sleep 100; requests 5; }
end() { kill -CONT "$(process kube-controller-manager)"; }
