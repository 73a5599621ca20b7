# The name of the image has capital letters.
# rule: image-name-invalid
# object: Deployment/production/shepherd
# never: image-not-found image-pull-failing
make() { healthy_service; service 'container(.image = "registry.example.com/Shepherd:1.4.3")'; }
settle() { until_true 60 "the name is refused" waiting production InvalidImageName; }
