# The pods ask for a graphics processor, and no node has one.
# rule: insufficient-extended-resource
# object: Deployment/production/shepherd
# never: pod-pending insufficient-cpu
make() { service 'container(.resources.limits["nvidia.com/gpu"] = "1")'; }
settle() { until_true 60 "the scheduler says so" event production FailedScheduling 'Insufficient nvidia.com/gpu'; }
