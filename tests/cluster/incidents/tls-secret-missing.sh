# The Ingress names a Secret for its certificate that does not exist.
# rule: tls-secret-missing
# object: Ingress/production/shepherd|Secret/production/shepherd-tls
# never: secret-missing
make() { healthy_service; service 'object("Ingress"; "shepherd"; .spec.tls = [{hosts: ["shepherd.example.com"], secretName: "shepherd-tls"}])'; }
settle() { requests 5; }
