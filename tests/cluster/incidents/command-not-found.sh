# The container is told to run a program that its image does not have.
# rule: command-not-found
# object: Deployment/production/shepherd
# never: crash-loop image-not-found
make() { service 'container(.command = ["/app/start.sh"])'; }
settle() { until_true 60 "the program is not found" some_container production '(.lastState.terminated.message // .state.waiting.message // "") | test("no such file")'; }
