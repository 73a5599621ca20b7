# A firewall on the way drops every packet to the database without a word.
# rule: database-timeout
# object: Deployment/production/shepherd|StatefulSet/mongodb/mongodb
# never: mongodb-down database-wrong-port readiness-probe-failing coredns-unavailable network-policy-blocks-traffic
# compound: readiness-probe-failing service-without-ready-endpoints ingress-upstream-errors
make() { healthy_service; database_firewall -I; kubectl -n production delete pods --all --wait=false >/dev/null; }
settle() { until_true 120 "the service complains" logged_line 'Connection to database failed.*timed out'; until_true 120 "it is restarted" restarted production 1; requests 5; }
database_firewall() { iptables "$1" FORWARD -d 10.244.0.0/24 -p tcp --dport 27017 -j DROP; }
end() { database_firewall -D 2>/dev/null || true; }
