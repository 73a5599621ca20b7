# The certificate of the Ingress ends in three days, and nobody renews it.
# rule: certificate-expiring
# object: Secret/production/shepherd-tls|Ingress/production/shepherd
# never: certificate-expired certificate-host-mismatch tls-secret-missing
make() { healthy_service; tls_secret shepherd.example.com -87 3; service 'object("Ingress"; "shepherd"; .spec.tls = [{hosts: ["shepherd.example.com"], secretName: "shepherd-tls"}])'; }
settle() { requests 5; }
