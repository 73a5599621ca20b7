# The registry asks for a name and a password, and the pod brings none.
# rule: image-pull-unauthorized
# object: Deployment/production/shepherd
# never: image-not-found registry-unreachable image-pull-failing
make() { start_private_registry; healthy_service; service 'container(.image = "private.registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop private-registry; }
