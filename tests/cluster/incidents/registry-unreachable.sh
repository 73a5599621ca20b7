# Nothing listens where the registry should be.
# rule: registry-unreachable
# object: Deployment/production/shepherd
# never: image-not-found image-pull-failing
make() { healthy_service; service 'container(.image = "down.registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
