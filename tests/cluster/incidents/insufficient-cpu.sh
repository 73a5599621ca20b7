# The pods ask for more processors than any node has.
# rule: insufficient-cpu
# object: Deployment/production/shepherd
# never: pod-pending insufficient-memory
make() { service 'container(.resources = {requests: {cpu: "64", memory: "64Mi"}, limits: {cpu: "64", memory: "256Mi"}})'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'Insufficient cpu'; }
