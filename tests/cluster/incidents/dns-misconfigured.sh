# The pods bring name servers of their own, with an address at which nobody listens.
# rule: dns-misconfigured
# object: Deployment/production/shepherd
# never: coredns-unavailable mongodb-down database-name-unresolved crash-loop dns-resolution-failing
make() { service 'pod(.dnsPolicy = "None" | .dnsConfig = {nameservers: ["10.96.0.53"], searches: ["production.svc.cluster.local"]})'; }
settle() { until_true 120 "names do not resolve" logged_line 'Temporary failure in name resolution|Name or service not known'; until_true 120 "it is restarted" restarted production 1; }
