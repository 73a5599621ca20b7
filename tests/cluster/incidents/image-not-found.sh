# A typing error in the tag: the registry answers, but has no such image.
# rule: image-not-found
# object: Deployment/production/shepherd
# never: registry-unreachable image-pull-failing rollout-stuck
make() { start_registry; healthy_service; service 'container(.image = "registry.example.com/shepherd:1.4.3-typo" | .imagePullPolicy = "Always")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop registry; }
