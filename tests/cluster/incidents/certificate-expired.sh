# The certificate of the Ingress ended two days ago.
# rule: certificate-expired
# object: Secret/production/shepherd-tls|Ingress/production/shepherd
# never: certificate-expiring certificate-host-mismatch tls-secret-missing
make() { healthy_service; tls_secret shepherd.example.com -90 -2; service 'object("Ingress"; "shepherd"; .spec.tls = [{hosts: ["shepherd.example.com"], secretName: "shepherd-tls"}])'; }
settle() { requests 5; }
