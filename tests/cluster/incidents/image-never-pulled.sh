# The pull policy is Never, and the node does not have the image.
# rule: image-never-pulled
# object: Deployment/production/shepherd
# never: image-not-found image-pull-failing
make() { healthy_service; service 'container(.image = "registry.example.com/shepherd:1.5.0" | .imagePullPolicy = "Never")'; }
settle() { until_true 60 "the image is not there" waiting production ErrImageNeverPull; }
