# Nothing is wrong: the service, its database and the ingress answer.
# rule: none
# object: -
# never:
make() { healthy_service; }
settle() { requests 30 0.2; }
