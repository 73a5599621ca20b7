# A roll-out was paused and forgotten: the new version never comes.
# rule: rollout-paused
# object: Deployment/production/shepherd
# never: rollout-stuck
make() { healthy_service; kubectl -n production rollout pause deployment shepherd >/dev/null; service 'deployment(.spec.paused = true) | container(.env += [{name: "RELEASE", value: "1.4.3"}])'; }
settle() { sleep 5; requests 5; }
