# The registry answers every request with "too many".
# rule: registry-rate-limited
# object: Deployment/production/shepherd
# never: image-not-found registry-unreachable image-pull-unauthorized image-pull-failing
make() { start_answering_registry '429 Too Many Requests' '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You may increase the limit by authenticating and upgrading."}]}'; healthy_service; service 'container(.image = "answering.registry.example.com/shepherd:1.4.3")'; }
settle() { until_true 90 "the pull is given up" waiting production ImagePullBackOff; }
end() { stop answering-registry; }
