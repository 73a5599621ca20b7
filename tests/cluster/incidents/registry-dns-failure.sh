# The host name of the registry does not resolve on the node.
# rule: registry-dns-failure
# object: Deployment/production/shepherd
# never: image-not-found registry-unreachable image-pull-failing coredns-unavailable
make() { healthy_service; service 'container(.image = "registry.internal.example.com/shepherd:1.4.3")'; }
settle() { until_true 90 "the pull is given up" waiting production ImagePullBackOff; event production Failed 'no such host'; }
