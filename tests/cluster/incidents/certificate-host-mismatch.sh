# The certificate of the Ingress is for another host name.
# rule: certificate-host-mismatch
# object: Ingress/production/shepherd|Secret/production/shepherd-tls
# never: tls-secret-missing certificate-expired
make() { healthy_service; tls_secret staging.example.com -1 89; service 'object("Ingress"; "shepherd"; .spec.tls = [{hosts: ["shepherd.example.com"], secretName: "shepherd-tls"}])'; }
settle() { requests 5; }
