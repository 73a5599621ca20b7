# A trap: the log is full of errors, and all of them are the clients': wrong paths, wrong methods, one broken document.
# rule: none
# object: -
# never: log-errors probe-wrong-path ingress-backend-service-missing application-startup-failure
make() { healthy_service; }
settle() {
  local path; for path in /wp-login.php /.env /api/configuration /favicon.ico /api/v1/items; do
    curl -s -m 10 -o /dev/null -H 'Host: shepherd.example.com' "http://$NODE_IP:30080$path"
    curl -s -m 10 -o /dev/null -X DELETE -H 'Host: shepherd.example.com' "http://$NODE_IP:30080/api/configurations"
    curl -s -m 10 -o /dev/null -H 'Host: shepherd.example.com' -H 'Content-Type: application/json' "http://$NODE_IP:30080/api/configurations" -d '{"service": '
    requests 6
  done
}
