# The registry asks for a name and a password, and the pull secret brings a password that is not valid any more.
# rule: image-pull-unauthorized|registry-token-expired
# object: Deployment/production/shepherd|Secret/production/registry-login
# never: image-not-found registry-unreachable image-pull-failing image-pull-secret-missing
make() {
  start_private_registry; healthy_service
  kubectl -n production create secret docker-registry registry-login --docker-server=private.registry.example.com \
    --docker-username=shepherd --docker-password=an-older-one >/dev/null
  service 'pod(.imagePullSecrets = [{name: "registry-login"}]) | container(.image = "private.registry.example.com/shepherd:1.4.3")'
}
settle() { until_true 60 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop private-registry; }
