# The new version was built for another processor: the registry has the image, but nothing in it for this node.
# rule: image-architecture-mismatch
# object: Deployment/production/shepherd
# never: image-not-found image-pull-failing
make() { start_registry; push_foreign_image 1.4.3; healthy_service; service 'container(.image = "registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop registry; }
