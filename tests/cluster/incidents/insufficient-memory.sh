# The pods ask for more memory than any node has.
# rule: insufficient-memory
# object: Deployment/production/shepherd
# never: pod-pending insufficient-cpu
make() { service 'container(.resources = {requests: {cpu: "50m", memory: "2Ti"}, limits: {memory: "2Ti"}})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'Insufficient memory'; }
