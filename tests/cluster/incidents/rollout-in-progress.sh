# A trap: a new version is being rolled out as it should; its first pod starts.
# rule: none
# object: -
# never: rollout-stuck readiness-probe-failing mixed-versions
make() { healthy_service; service 'environment("FAULT_SLOW_START"; "25")'; }
settle() { until_true 60 "the new pod runs" some_pod production 'any(.status.containerStatuses[]?; .state.running and (.ready | not))'; requests 5; }
