# The registry asks for a password, and the Secret that should bring it does not exist.
# rule: image-pull-secret-missing
# object: Deployment/production/shepherd|Secret/production/registry-credentials
# never: image-not-found image-pull-failing
make() { start_private_registry; healthy_service; service 'pod(.imagePullSecrets = [{name: "registry-credentials"}] | .containers[0].image = "private.registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop private-registry; }
