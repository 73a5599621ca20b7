# The registry is asked for TLS and answers without.
# rule: registry-tls-failure
# object: Deployment/production/shepherd
# never: image-not-found registry-unreachable image-pull-failing
make() { start_registry; healthy_service; service 'container(.image = "tls.registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop registry; }
